"""A recorded function gives what it gives unrecorded; every line's names, values, passes and ends are Python's."""

import sys

import jax.numpy as jnp
import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.scratch.stepping import Pass, frozen, record, same, source


def grown(values, factor):
    """Products of all values, collected."""
    found = []
    for value in values:
        product = (
            factor
            * value
        )  # fmt: skip
        for _ in range(2):
            product = product + 1
        found.append(product)
    return found


def counted(last):
    for number in range(last):
        yield number, number * 2


def listed(values):
    doubled = [2 * value for value in values]
    return doubled


def guarded(value):
    if value:
        return 1
    return 2


def named(recording):
    lines = recording.source.splitlines()
    return [(lines[step.line].strip().split(" ")[0], step) for step in recording.steps]


def test_the_source_is_the_files_and_the_result_the_functions():
    found = record(grown, (1, 2), 10)
    assert found.name == "grown" and found.source == source(grown)
    with open(__file__, encoding="utf-8") as file:
        assert found.source in file.read()
    assert found.result == grown((1, 2), 10) == [12, 22]


def test_every_step_says_what_it_read_and_made():
    steps = record(grown, (1, 2), 10).steps
    first = steps[0]
    assert first.reads == {} and first.writes == {"found": []} and first.fresh == {"found"}
    header, product = steps[1], steps[2]
    assert header.reads == {"values": (1, 2)} and header.writes == {"value": 1}
    assert product.end - product.line == 3
    assert product.reads == {"factor": 10, "value": 1} and product.writes == {"product": 10}
    appended = [step for step in steps if step.writes.keys() == {"found"}]
    assert [step.writes["found"] for step in appended] == [[], [12], [12, 22]]
    # What append changes is marked though nothing is assigned; a value read keeps what it was then.
    assert appended[2].changed == {"found"} and appended[2].reads["found"] == [12]
    assert steps[-1].writes == {"returned": [12, 22]}


def test_loops_say_which_pass_of_how_many_and_when_they_end():
    steps = record(grown, (1, 2, 3), 1).steps
    headers = [step for step in steps if len(step.passes) == 1 and step.line == steps[1].line]
    assert [(step.passes[0].number, step.passes[0].total, step.ends) for step in headers] == [
        (1, 3, False),
        (2, 3, False),
        (3, 3, False),
        (3, 3, True),
    ]
    inner = [step.passes for step in steps if len(step.passes) == 2 and step.writes.keys() == {"product"}]
    assert [(outer.number, own.number, own.total) for outer, own in inner] == [
        (1, 1, 2),
        (1, 2, 2),
        (2, 1, 2),
        (2, 2, 2),
        (3, 1, 2),
        (3, 2, 2),
    ]
    assert isinstance(inner[0][0], Pass)


def test_a_loop_without_a_pass_ends_at_once():
    steps = record(grown, (), 1).steps
    assert [step.ends for step in steps] == [False, True, False]
    assert steps[1].passes[0][1:] == (0, 0) and steps[1].writes == {}


def test_a_generator_yields_as_it_does_alone():
    found = record(counted, 2)
    assert found.result == list(counted(2)) == [(0, 0), (1, 2)]
    assert [step.writes.get("yielded") for step in found.steps] == [None, (0, 0), None, (1, 2), None]
    assert found.steps[-1].ends


def test_a_comprehension_is_one_step():
    steps = record(listed, [1, 2, 3]).steps
    assert [step.writes for step in steps] == [{"doubled": [2, 4, 6]}, {"returned": [2, 4, 6]}]


def test_arrays_are_kept_as_they_were():
    def move(values):
        values[0] = 5
        return values

    given = np.zeros(2)
    steps = record(move, given).steps
    assert steps[0].reads["values"].tolist() == [0, 0] and steps[0].writes["values"].tolist() == [5, 0]
    assert steps[0].changed == {"values"}
    given[0] = 9
    assert steps[1].writes["returned"].tolist() == [5, 0]
    assert isinstance(frozen(jnp.ones(2)), np.ndarray) and frozen(np.maximum) == "maximum"


def test_sameness_is_of_kind_shape_and_every_number():
    assert same(np.array([1.0, np.nan]), np.array([1.0, np.nan])) and same([1, (2,)], [1, (2,)])
    for one, other in (
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), np.zeros((1, 2))),
        (np.zeros(2), np.array([0, 1e-9])),
        ([1], (1,)),
        ([1], [1, 2]),
        (1, 1.0),
    ):
        assert not same(one, other)


def test_what_it_cannot_watch_and_what_is_too_long_is_refused_and_tracing_ends():
    before = sys.gettrace()
    with pytest.raises(InvalidInput, match="for loops"):
        record(guarded, 1)
    with pytest.raises(InvalidInput, match="At most 10 lines"):
        record(grown, range(100), 1, most=10)
    assert sys.gettrace() is before
    record(listed, [1])
    assert sys.gettrace() is before
