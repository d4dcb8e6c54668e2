"""Layers as folds."""

from pages.shell import layout

layout.opening("Layers as folds", "")
