"""Gradient check: autodiff, the chain rule by hand and finite differences on any weight, and what each costs."""

from pages.backprop.gradient_check_cost import cost
from pages.backprop.gradient_check_formula import formula
from pages.backprop.gradient_check_weight import weight
from pages.shell import data, layout

layout.opening(
    "Gradient check",
    "Is a derivative right? Compute it in three ways. **Autodiff** is what `jax.grad` does. The **chain rule by hand** "
    "multiplies the same factors with pencil and paper. A **central difference** knows no rules: it moves one weight w "
    "by a small ε to either side and divides, (f(w + ε) − f(w − ε)) / (2ε).",
)
digits = data.digits("gradient_check")
if digits is not None:
    weight(digits)
formula()
if digits is not None:
    cost(digits)
