"""The code of exactly what a page shows: settings in, source text for NumPy, JAX and Keras out."""
