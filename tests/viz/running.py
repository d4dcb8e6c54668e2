"""The code of a view, run as its reader would."""

import jax


def run(source: str, **names) -> dict:
    """All names the code leaves. It may switch JAX to 64 bits; that ends with it."""
    try:
        exec(compile(source, "snippet", "exec"), names)
    finally:
        jax.config.update("jax_enable_x64", False)
    return names
