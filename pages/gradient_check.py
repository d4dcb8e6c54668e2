"""Gradient check."""

from pages.shell import layout

layout.opening("Gradient check", "")
