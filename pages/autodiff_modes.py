"""Forward and reverse."""

from pages.shell import layout

layout.opening("Forward and reverse", "")
