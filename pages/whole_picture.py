"""The whole picture."""

from pages.shell import layout

layout.opening("The whole picture", "")
