"""The network’s graph."""

from pages.shell import layout

layout.opening("The network’s graph", "")
