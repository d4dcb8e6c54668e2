"""Every term of the chapter, in a sentence."""

from pages.shell import layout

layout.opening("Glossary", "")
