"""From scratch."""

from pages.shell import layout

layout.opening("From scratch", "")
