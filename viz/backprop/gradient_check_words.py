"""A gradient check in words: three methods side by side, the verdict, and the chain rule with its numbers."""

from collections.abc import Sequence

import numpy as np

from engine.backprop.gradient_check import EPSILONS, Sweep, relative_errors
from engine.backprop.gradient_check_chain import Chain, Step
from engine.numbers import number
from viz.descent.naive_search import amount

SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "/", "power": "^"}


def table(sweep: Sweep, by_hand: float) -> str:
    """Autodiff, the chain rule by hand and central differences side by side, as a Markdown table."""
    single, double = sweep.best(sweep.single), sweep.chosen
    rows = [
        ("autodiff, `jax.grad`, float64", sweep.slope, None),
        ("chain rule by hand, float64", by_hand, float(relative_errors(np.array(by_hand), sweep.slope))),
        (
            f"difference, float64, ε = {amount(EPSILONS[double])}",
            float(sweep.double.quotients[double]),
            float(sweep.double.errors[double]),
        ),
        (
            f"difference, float32, ε = {amount(EPSILONS[single])}",
            float(sweep.single.quotients[single]),
            float(sweep.single.errors[single]),
        ),
        ("autodiff, float32", sweep.single.slope, float(relative_errors(np.array(sweep.single.slope), sweep.slope))),
    ]
    lines = [f"| {name} | {precise(value)} | {_error(error)} |" for name, value, error in rows]
    return "\n".join([f"| d loss / d {sweep.name} by | value | relative error |", "|---|---|---|", *lines]).replace(
        "d loss", "d loss" if "[" in sweep.name else "d f"
    )


def precise(value: float) -> str:
    """A number to ten significant digits.

    >>> precise(-0.125), precise(1.23456789012e-7)
    ('−0.125', '1.23456789·10⁻⁷')
    """
    return number(value, 10)


def _error(error: float | None) -> str:
    return "the reference" if error is None else amount(float(f"{error:.2g}"))


def verdict(sweep: Sweep, by_hand: float) -> str:
    """One sentence on whether the methods agree, and one on where they cannot."""
    epsilon = amount(EPSILONS[sweep.chosen])
    hand = float(relative_errors(np.array(by_hand), sweep.slope))
    hands = "Autodiff and the chain rule by hand agree" if hand < 1e-9 else "Autodiff and the chain rule DIFFER"
    error = amount(float(f"{sweep.double.errors[sweep.chosen]:.1g}"))
    sentence = {
        "agree": f"{hands}, and the difference quotient differs from them by {error} of their size: **the gradient is "
        "right.**",
        "flat": "All methods give exactly 0: **changing this alone changes nothing here.**",
        "level": "All methods give exactly 0: **f is level here.** It changes all the same, by as much to one side as "
        "to the other.",
        "noise": f"{hands}. The difference quotient is off by no more than truncation and rounding let expect: **no "
        "sign of an error, but no proof to more digits either.**",
        "corner": "There is a **corner** as close as the smallest ε: the slopes from the left and from the right "
        "differ, the quotient takes their mean, autodiff one value by convention. Here they need not agree.",
        "differ": f"{hands}, but the difference quotient is off by {error}: **look closer**, at smaller ε.",
    }[sweep.verdict]
    return f"{sentence} (float64, ε = {epsilon})" + _corner_words(sweep)


def _corner_words(sweep: Sweep) -> str:
    """From which epsilon on a relu switches within ±ε."""
    if not sweep.corners.any() or sweep.verdict == "corner":
        return ""
    start = amount(EPSILONS[int((sweep.corners > 0).argmax())])
    what = "relu switches on or off" if "[" in sweep.name else "the function has a corner or jump"
    return (
        f" From ε = {start} on {what} between w − ε and w + ε (marked × in the picture): there the quotient mixes two "
        "slopes, so a check needs a smaller ε."
    )


def theory_words(sweep: Sweep) -> str:
    """eps* of both dtypes with the numbers it is made of."""
    if sweep.third == 0:
        return (
            "The third derivative is 0 here: the central difference has no truncation error at all, only rounding, "
            "and a larger ε is always better."
        )
    S, third = amount(sweep.scale), amount(abs(sweep.third))
    single, double = (amount(float(f"{side.optimum:.2g}")) for side in (sweep.single, sweep.double))
    return (
        "A large ε errs by *truncation*, about ε²·|f‴| / 6: the curve bends. A small ε errs by *rounding*, about "
        f"u·S / ε: both values share most digits, and what is left of them is rounded. The sum is smallest at "
        f"ε\\* = ∛(3·u·S / |f‴|), with |f‴| = {third} and S = {S}, the size of the numbers in the sum (in textbooks "
        f"|f|): **ε\\* = {single}** in float32 (u = 2⁻²⁴) and **{double}** in float64 (u = 2⁻⁵³). Source: Press et "
        "al., *Numerical Recipes*, 3rd edition 2007, section 5.7."
    )


def chain_words(chain: Chain) -> str:
    """Every factor of one weight's derivative with its number, for the sample that counts most, as Markdown."""
    k = int(np.abs(chain.terms).argmax())
    layer, row, column = chain.place
    several = len(chain.terms) > 1
    lines = []
    if several:
        lines.append(f"Shown for image {k}, whose term is the largest of {len(chain.terms)}.")
    if layer in ("W1", "b1"):
        z, gate = float(chain.sums[k]), int(chain.gates[k])
        where = "above 0" if gate else "not above 0"
        lines += [
            f"- **loss → logits → unit {column}**: Σ (p − y) × W2[{column}] = **{amount(float(chain.back[k]))}**",
            f"- **relu′**: the unit’s sum is {amount(z)}, {where}, so relu′ = **{gate}**",
        ]
        factors = [chain.back[k], gate]
    else:
        lines.append(f"- **loss → logit {column}**: p − y for {column} = **{amount(float(chain.back[k]))}**")
        factors = [chain.back[k]]
    if layer[0] == "W":
        what = f"pixel {divmod(row, 28)}, x[{row}]" if layer == "W1" else f"hidden value {row}"
        lines.append(f"- **input of the weight**: {what} = **{amount(float(chain.inputs[k]))}**")
        factors.append(chain.inputs[k])
    else:
        lines.append("- **input of a bias**: always **1**")
    product = " × ".join(_bracketed(float(factor)) for factor in factors)
    lines.append(f"- **product**: {product} = **{amount(float(chain.terms[k]))}**")
    if several:
        mean, silent = amount(chain.gradient), int((chain.terms == 0).sum())
        lines.append(f"- **mean over {len(chain.terms)} images**: **{mean}**; {silent} of the terms are exactly 0")
    return "\n".join(lines)


def factors_table(chain: Chain) -> str:
    """p, y, p − y and what it is multiplied by, digit by digit, for the sample that counts most."""
    k = int(np.abs(chain.terms).argmax())
    unit = chain.place.layer in ("W1", "b1")
    last = f"W2[{chain.place.column}]" if unit else "counts"
    rows = [
        f"| {digit} | {p:.4f} | {y:.0f} | {error:+.4f} | {out:{'+.4f' if unit else '.0f'}} |".replace("-", "−")
        for digit, (p, y, error, out) in enumerate(
            zip(chain.probabilities[k], chain.targets[k], chain.errors[k], chain.outgoing, strict=True)
        )
    ]
    return "\n".join([f"| digit | p | y | p − y | {last} |", "|--:|--:|--:|--:|--:|", *rows])


def steps_table(steps: Sequence[Step], variable: str, sweep: Sweep) -> str:
    """The chain rule through a formula, part by part, as a Markdown table."""
    if not steps:
        return f"The formula is a single number or variable; its derivative is {amount(sweep.slope)}."
    head = [f"| part | value | local derivatives | d / d{variable} |", "|---|---|---|---|"]
    return "\n".join(head + [_step_row(step) for step in steps])


def _step_row(step: Step) -> str:
    names = step.operands
    if step.kind in SYMBOLS:
        body = f"{names[0]} {SYMBOLS[step.kind]} {names[1]}"
    else:
        body = f"−{names[0]}" if step.kind == "negate" else f"{step.kind}({', '.join(names)})"
    # An operand that comes twice (x × x) has one slope, the sum over both places.
    used = {
        name: (slope, [factor for other, factor in zip(names, step.factors, strict=True) if other == name])
        for name, slope in zip(names, step.slopes, strict=True)
        if slope
    }
    local = ", ".join(f"∂/∂{name} = {_summed(factors)}" for name, (_, factors) in used.items()) or "constant"
    terms = " + ".join(f"{_bracketed(sum(factors))} × {_bracketed(slope)}" for slope, factors in used.values())
    result = f"{terms} = **{amount(step.slope)}**" if terms else "0"
    return f"| {step.name} = {body} | {amount(step.value)} | {local} | {result} |"


def _summed(factors: Sequence[float]) -> str:
    """The factors of one operand and, where it comes twice, their sum."""
    if len(factors) == 1:
        return amount(factors[0])
    return f"{amount(factors[0])} + {' + '.join(map(_bracketed, factors[1:]))} = {amount(sum(factors))}"


def _bracketed(value: float) -> str:
    text = amount(value)
    return f"({text})" if value < 0 else text
