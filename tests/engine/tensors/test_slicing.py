"""Index text against NumPy's own indexing: what is accepted, the shape, strides, values, and who owns the memory."""

import re
from math import prod
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.tensors import slicing
from engine.typed.index_syntax import index_text, parse_index

MANY = settings(max_examples=6_000, derandomize=True, deadline=None)
FUZZ = settings(max_examples=2_500, derandomize=True, deadline=None)
DTYPES = ["uint8", "int32", "float16", "float32", "float64", "bool"]
BOUNDS = ["", "", "None", str(10**9), *map(str, range(-8, 9))]
STEPS = ["", "", "", ":", ":1", ":2", ":-1", ":-2", ":3", ":-7", ":None", ":0"]


def list_text(random: Random, size: int) -> str:
    """Mostly short lists inside the axis, so that several often fit together."""
    if random.random() < 0.2:
        return str([random.random() < 0.5 for _ in range(size if random.random() < 0.8 else random.randrange(5))])
    reach = max(size, 1) if random.random() < 0.9 else 7
    return str([random.randrange(-reach, reach) for _ in range(random.choice([2, 2, 2, 1, 0, 3]))])


def item_text(random: Random, size: int) -> str:
    kind = random.choice(["slice", "slice", "integer", "list", "list" if random.random() < 0.8 else "far"])
    if kind == "slice":
        return f"{random.choice(BOUNDS)}:{random.choice(BOUNDS)}{random.choice(STEPS)}"
    if kind == "list":
        return list_text(random, size)
    return str(random.randrange(-max(size, 1), max(size, 1)) if kind == "integer" else random.randrange(-9, 10))


def case_of(seed: int) -> tuple[tuple[int, ...], str]:
    """A shape of rank 0 to 5, sizes 0 to 6, and an index as text; right and wrong ones."""
    random = Random(seed)
    shape = tuple(random.choice([0, 1, 2, 2, 3, 3, 4, 5, 6]) for _ in range(random.randrange(6)))
    items = [item_text(random, size) for size in shape[: random.randint(0, len(shape))]]
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        items.insert(random.randint(0, len(items)), random.choice(["...", "...", "newaxis", "None", ":", "0"]))
    return shape, random.choice([", ", ","]).join(items) or "()"


CASES = st.integers(0, 2**60).map(case_of)


def source(shape: tuple[int, ...], dtype: str = "int32") -> np.ndarray:
    """Cells that hold their own row-major number, in memory of their own."""
    return np.arange(prod(shape), dtype=np.int64).reshape(shape).astype(dtype)


def by_numpy(array: np.ndarray, text: str):
    """What NumPy makes of the same text; the one place that evaluates it."""
    return eval(f"array[{text}]", {"array": array, "newaxis": np.newaxis})


def by_us(array: np.ndarray, text: str) -> slicing.Derivation:
    return slicing.derive(array.shape, parse_index(text), itemsize=array.itemsize)


def agree(array: np.ndarray, text: str) -> None:
    """Both refuse, or shape, strides, values, outcome, offset and the taken cells are NumPy's."""
    try:
        expected = by_numpy(array, text)
    except (IndexError, ValueError):
        with pytest.raises(InvalidInput) as caught:
            by_us(array, text)
        names_the_axis(str(caught.value), array.shape, text)
        return
    found = by_us(array, text)
    assert found.result_shape == np.shape(expected)
    sources = slicing.taken(found)
    np.testing.assert_array_equal(array[tuple(sources.T)].reshape(found.result_shape), expected)
    everywhere = np.indices(array.shape).reshape(array.ndim, array.size).T
    chosen = {tuple(row) for row in sources.tolist()}
    assert slicing.is_taken(found, everywhere).tolist() == [tuple(row) in chosen for row in everywhere.tolist()]
    lies_as_in_numpy(found, expected, array)
    accounts_for_every_axis(found)


def lies_as_in_numpy(found: slicing.Derivation, expected, array: np.ndarray) -> None:
    assert found.outcome == outcome_of(expected, array)
    if found.outcome == "view":
        assert found.strides == expected.strides
        start = expected.__array_interface__["data"][0] - array.__array_interface__["data"][0]
        assert expected.size == 0 or found.offset == start
    elif found.outcome == "copy":
        # NumPy leaves the stride of an axis of size 1 open.
        long = [axis for axis, size in enumerate(expected.shape) if size > 1]
        assert [found.strides[axis] for axis in long] == [expected.strides[axis] for axis in long]


def accounts_for_every_axis(found: slicing.Derivation) -> None:
    assert [step.axis for step in found.steps if step.axis is not None] == list(range(len(found.shape)))
    for step in found.steps:
        assert step.before == (None if step.axis is None else found.shape[step.axis])
        assert step.after == (None if step.result_axis is None else found.result_shape[step.result_axis])
        assert step.axis is None or step.sentence.startswith(f"axis {step.axis}: ")
    assert parse_index(index_text(found.index)) == found.index


def names_the_axis(sentence: str, shape: tuple[int, ...], text: str) -> None:
    """A refusal is a sentence with the axis and its size."""
    assert sentence.endswith(".")
    if "only one ..." in sentence:
        assert text.count("...") > 1
    elif "go together" in sentence:
        found = re.findall(r"axis (\d) \(size (\d)\)", sentence)
        assert len(found) == 2
        assert all(shape[int(axis)] == int(size) for axis, size in found)
    elif "names" in sentence:
        assert all(f"axis {axis} of size {size}" in sentence for axis, size in enumerate(shape))
    else:
        axis, size = map(int, re.search(r"axis (\d+) has size (\d+)", sentence).groups())
        assert shape[axis] == size


def outcome_of(result, array: np.ndarray) -> str:
    if not isinstance(result, np.ndarray):
        return "number"
    shared = np.shares_memory(result, array)
    assert shared == (result.base is array and result.size > 0)
    return "view" if result.base is array else "copy"


@MANY
@given(CASES, st.sampled_from(DTYPES))
@example(((4, 5, 6), "[0, 1], :, [2, 3]"), "uint8")
@example(((4, 5, 6), ":, [0, 1], ..., [2, 3]"), "uint8")
@example(((4, 5, 6), "[0, 1], newaxis, 0"), "uint8")
@example(((2, 3), "..., 0, 1"), "float32")
@example(((2, 3), "1, 2, ..."), "float32")
@example(((), "()"), "float64")
@example(((), "newaxis, ..."), "float64")
@example(((4, 3), "[9], []"), "int32")
@example(((4, 3), "1:1, [9]"), "int32")
@example(((3,), "[True, False, True]"), "bool")
@example(((6,), "4:1:-2"), "int32")
@example(((6,), "-100:100"), "int32")
def test_text_means_what_it_means_to_numpy(case, dtype):
    shape, text = case
    agree(source(shape, dtype), text)


PIECES = [
    "x", "import", "lambda", "if", "else", "for", "in", "not", "and", "yield", "await", "print", "__import__",
    "(", ")", "[", "]", "{", "}", ":", "::", ",", "...", ".", "=", ":=", "==", "+", "-", "*", "**", "~", "@", "#", "\\",
    "0", "1", "-1", "2", "1e9", "1.5", "1j", "9" * 30, "0x7", "1_0", "'a'", "f'{x}'", "b'a'", "None", "True", "newaxis",
    "np.newaxis", "_", "\n", "\t", " ", ";", "é", "\x00",
]  # fmt: skip
ALLOWED = re.compile(r"^[\w\s\[\](),:.=+\-]*$")


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@FUZZ
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("-" * 900 + "1")
@example("~" * 900 + "1")
@example("[" * 300)
@example("(" * 150 + "0" + ")" * 150)
def test_of_any_text_only_plain_items_come_through(text):
    try:
        index = parse_index(text)
    except InvalidInput as error:
        assert str(error).endswith(".")
        return
    assert ALLOWED.match(text)
    for item in index:
        parts = (item.start, item.stop, item.step) if isinstance(item, slice) else [item]
        for part in parts:
            assert part is None or part is Ellipsis or type(part) is int or isinstance(part, list)
            assert not isinstance(part, list) or {type(entry) for entry in part} in ({int}, {bool}, set())


@pytest.mark.parametrize(
    "text",
    [
        "print(1)", "__import__('os').system('true')", "x", "n:m", "np.newaxis", "().__class__", "[i for i in (1, 2)]",
        "{0}", "{0: 1}", "lambda: 0", "(a := 1)", "a := 1", "f'{1}'", "'0'", "1.0", "1j", "1 + 1", "2 ** 62", "~0",
        "*[0]", "1 if 2 else 3", "not 0", "0] + y[0", "0][1", "0], y[1", "0]; z[1", "0]#", "True", "False", "(0, 1), 2",
        "[[0, 1], [1, 0]]", "[0, True]", "[1.5]", "[0:2, x]", "9" * 30, ":" + "9" * 30, "1" * 5_000, "", "  ",
        "1:2:3:4", "x = 3", "x == y[0]", "train_images", "a.b[0]", "f()[0]", "await x", "0, 1 for",
    ],
)  # fmt: skip
def test_what_is_outside_the_whitelist_is_refused(text):
    with pytest.raises(InvalidInput, match=r"\.$"):
        parse_index(text)


@pytest.mark.parametrize(
    "text",
    [
        "open({path!r}, 'w')",
        "[open({path!r}, 'w')]",
        "open({path!r}, 'w'):2",
        "__import__('pathlib').Path({path!r}).touch()",
        "[open({path!r}, 'w') for i in (1,)]",
        "(a := open({path!r}, 'w'))",
        "f'{{open({path!r}, chr(119))}}'",
        "0] + open({path!r}, 'w').x[0",
        "train_images[open({path!r}, 'w')]",
        "x = open({path!r}, 'w')[0]",
    ],
)
def test_nothing_is_executed(text, tmp_path):
    path = tmp_path / "touched"
    with pytest.raises(InvalidInput):
        parse_index(text.format(path=str(path)))
    assert not path.exists()


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("[10:100]", "10:100"),
        ("[..., 0]", "..., 0"),
        ("train_images[10:100, 0:28]", "10:100, 0:28"),
        ("my_slice = train_images[:, 14:, 14:]", ":, 14:, 14:"),
        ("digit[[0, 2]]", "[0, 2]"),
        (" 7:-7 ", "7:-7"),
        ("10 : 100", "10:100"),
        ("+3", "3"),
        ("(1, 2)", "1, 2"),
        ("1,", "1"),
    ],
)
def test_brackets_and_names_around_an_index_are_read_too(written, bare):
    assert parse_index(written) == parse_index(bare)


def test_brackets_around_numbers_are_a_list_as_in_numpy():
    assert parse_index("[0, 2, 4]") == ([0, 2, 4],)
    assert parse_index("[]") == ([],)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("10:100", (90, 28, 28)),
        ("10:100, 0:28, 0:28", (90, 28, 28)),
        (":, 14:, 14:", (60000, 14, 14)),
        (":, 7:-7, 7:-7", (60000, 14, 14)),
        ("-1", (28, 28)),
        ("..., ::-1", (60000, 28, 28)),
        ("..., newaxis", (60000, 28, 28, 1)),
        ("[5, 0, 4]", (3, 28, 28)),
    ],
)
def test_the_books_slices_of_the_training_images(text, shape):
    assert slicing.derive((60000, 28, 28), parse_index(text)).result_shape == shape


def test_sentences():
    def words(text: str, shape=(60000, 28, 28)) -> list[str]:
        return [step.sentence for step in slicing.derive(shape, parse_index(text)).steps]

    assert words(":, 14:, 7:-7") == [
        "axis 0: : takes all 60,000",
        "axis 1: 14: takes 14, 15, …, 27: 14 of 28",
        "axis 2: 7:-7 means 7:21 and takes 7, 8, …, 20: 14 of 28",
    ]
    assert words("-1, newaxis, 40:50")[:3] == [
        "axis 0: -1 counts from the end and takes 59999 alone; this axis is gone",
        "newaxis puts in an axis of size 1; it takes none of the tensor's",
        "axis 1: 40:50 takes nothing: 0 of 28",
    ]
    assert words("[5, 0], :, 3")[2] == "axis 2: 3 goes with the list: the same index each time"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("60000", "axis 0 has size 60000; index 60000 is outside -60000 to 59999."),
        (":, :, [0, 28]", "axis 2 has size 28; index 28 is outside -28 to 27."),
        ("::0", "axis 0 has size 60000; a step may not be 0, as in ::0."),
        ("..., ...", "an index may have only one ..., this has 2."),
        (
            "0, 0, 0, 0",
            "the index names 4 axes, but the tensor has only 3: "
            "axis 0 of size 60000, axis 1 of size 28, axis 2 of size 28.",
        ),
        (
            "0, [True, False]",
            "axis 1 has size 28; a list of True and False for it must have 28 entries, this one has 2.",
        ),
        (
            "[0, 1], [0, 1, 2]",
            "lists that go together need equal lengths, or 1; "
            "that of axis 0 (size 60000) takes 2, that of axis 1 (size 28) takes 3.",
        ),
    ],
)
def test_what_numpy_rejects_gets_a_sentence(text, sentence):
    with pytest.raises(InvalidInput) as caught:
        slicing.derive((60000, 28, 28), parse_index(text))
    assert str(caught.value) == sentence


def test_the_large_tensor_is_never_needed():
    """A tensor of 10**36 cells: arithmetic needs no memory for it."""
    shape = (10**12,) * 3
    found = slicing.derive(shape, parse_index("5:, ::-1, -1"), itemsize=4)
    assert found.result_shape == (10**12 - 5, 10**12)
    assert slicing.taken(found, np.array([[0, 1]])).tolist() == [[5, 10**12 - 2, 10**12 - 1]]
    with pytest.raises(InvalidInput, match="at most 100,000 cells"):
        slicing.taken(found)


def test_more_axes_than_can_be_drawn_are_refused():
    with pytest.raises(InvalidInput, match="at most 8 axes"):
        slicing.derive((2,), parse_index("None, " * 8 + ":"))
