"""Where the app's pages are, for components that lead to them by wayfinding.js."""

import streamlit as st


def home() -> str:
    """The address of the first page, with a slash at its end, whatever base path the server runs under."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/" if base else "/"
