"""Digits, layer by layer."""

from pages.shell import layout

layout.opening("Digits, layer by layer", "")
