"""Geometry."""

from pages.shell import layout

layout.opening("Geometry", "")
