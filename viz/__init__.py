"""Draws: pure functions from engine results to Plotly figures or component data."""
