"""Computation graph."""

from pages.shell import layout

layout.opening("Computation graph", "")
