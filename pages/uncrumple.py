"""Uncrumple."""

from pages.shell import layout

layout.opening("Uncrumple", "")
