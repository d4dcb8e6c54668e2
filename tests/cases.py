"""Which cases of a test run always, and which with the slow ones."""

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], *, every: int) -> list[Any]:
    """All cases for a parametrized test: the first and each ``every``-th after it run always, the others are slow."""
    return [
        case if k % every == 0 else pytest.param(*_arguments(case), marks=pytest.mark.slow)
        for k, case in enumerate(cases)
    ]


def _arguments(case: Any) -> tuple[Any, ...]:
    return case if type(case) is tuple else (case,)
