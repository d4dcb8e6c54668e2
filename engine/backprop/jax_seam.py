"""What the graphs need of JAX beyond its stable interface.

``jax.extend.core`` says that it may change without deprecation. Primitives are told apart by their names; the golden
jaxprs of ``tests/engine/backprop/test_jax_seam.py`` fail when one is renamed or takes other operands.
"""

from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Primitive, Var, jaxprs_in_params

__all__ = ["ClosedJaxpr", "Jaxpr", "JaxprEqn", "Literal", "Primitive", "Var", "jaxprs_in_params"]
