"""Sums of products in words and numbers, and numbers short enough for crowded cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz.tensors.cells import short

SPELLED, SAMPLED = 12, 4
"""The most terms of a sum that are written out, and how many are of a longer one."""


def spelled(pairs: Sequence[tuple[object, object]], count: int, total: object, *, first: int = 0) -> str:
    """A sum of ``count`` products with its numbers; pairs are those written out of a long sum, from term ``first`` on.

    >>> spelled([(1, 5), (2, -7)], 2, -9)
    '1 × 5 + 2 × (-7) = -9'
    >>> spelled([(1, 5)], 100, 7, first=40)
    '… + 1 × 5 + … (100 terms) = 7'
    """
    terms = ["…"] * (first > 0) + [f"{factor(one)} × {factor(other)}" for one, other in pairs]
    if count > len(pairs):
        terms.append(f"… ({count:,} terms)")
    return f"{' + '.join(terms) or 'nothing to add'} = {short(total)}"


def factor(value: object) -> str:
    """A number as it stands in a product, a negative one in parentheses.

    >>> factor(-2), factor(0.25)
    ('(-2)', '0.25')
    """
    text = short(value)
    return f"({text})" if text.startswith("-") else text


def listed(values: np.ndarray) -> str:
    """A row or column with its numbers.

    >>> listed(np.array([1, -2]))
    '[1, -2]'
    """
    return f"[{', '.join(short(value) for value in values)}]"


def compact(value: Any, crowded: bool) -> str:
    """A number for a cell; where cells are crowded, with two decimals at most.

    >>> compact(0.1234, False), compact(-0.1234, True), compact(7, True)
    ('0.123', '-0.12', '7')
    """
    fraction = isinstance(value, (float, np.floating)) and not float(value).is_integer()
    return f"{value:.2f}" if crowded and fraction and abs(value) < 100 else short(value)
