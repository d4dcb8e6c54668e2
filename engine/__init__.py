"""Computes. Pure functions from arrays to arrays; knows neither Plotly nor Streamlit."""
