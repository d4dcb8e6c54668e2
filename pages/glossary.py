"""Every term of the chapter, in a sentence."""

from pages.shell import glossary, layout
from viz.components.term_list import term_list

layout.opening("Glossary", "Every term of the chapter in a sentence or two, and the page where you can try it.")
term_list(glossary.entries(), key="glossary_terms")
