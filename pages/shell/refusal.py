"""What is said beside a control whose input is refused."""

import streamlit as st

from viz.verbatim import sentence


def refuse(problem: object) -> None:
    """The sentence of an InvalidInput (or a string), shown verbatim: what a reader typed never becomes markup."""
    st.error(sentence(problem), icon=":material/error:")
