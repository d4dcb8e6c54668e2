"""Stacked layers."""

from pages.shell import layout

layout.opening("Stacked layers", "")
