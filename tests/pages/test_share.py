"""Links: every page's view stands in its address and comes back from it; what does not fit is said, and left out."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.runtime import pages_manager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from engine.errors import InvalidInput
from pages.shell import link_values
from pages.shell.chapter import LESSONS
from pages.shell.link_values import Unfit
from tests.cases import some
from tests.pages.reading import data_of

VIEWS = {
    "network": {
        "optimizer": "adam",
        "learning_rate": 0.02,
        "batch_size": 64,
        "epochs": 2,
        "initialization": "he_normal",
        "seed": 3,
        "test_digit": 7,
        "cell_label": 2,
        "cell_predicted": 7,
        "class": "4",
        "samples_turn": 2,
        "train_image": 9,
    },
    "drawing": {"beneath": 5, "number": 5},
    "tensors": {"mode": "Shape by sliders", "rank": 2, "size_0": 4, "size_1": 6, "dimension": 3, "axes": 2},
    "dtypes": {"chosen": (1, 2), "numbers": "7, 8, 9.5"},
    "slicing": {"choice": "W1", "index_W1": ":20, 3"},
    "batches": {"size": 64, "number": 900},
    "real_world": {"words": "30 photos of 400×300", "sizes": [5, 30, 40, 3], "dtype": "uint8", "channels_first": True},
    "elementwise": {
        "operation": "maximum",
        "x": "digit",
        "y_text": "7",
        "race_size": "30, 40",
        "race_preset": None,
        "race_repetitions": 50,
    },
    "broadcasting": {
        "operation": "multiply",
        "a": "(5,)",
        "b": "()",
        "c": "(2, 5)",
        "challenge_seed": 8,
        "challenge_number": 3,
    },
    "product": {
        "example": "Rank 4 · vector",
        "x": "[[1, 2], [3, 4]]",
        "y": "[1, 10]",
        "order": "outer",
        "unit": 17,
        "size": "16 × 16",
    },
    "reshaping": {
        "preset": "Reorder three axes",
        "source": "(2, 3, 4)",
        "operation": "Both",
        "order_3": (1, 2, 0),
        "target": "(3, 8)",
        "numbered": True,
        "digit_view": "Flatten",
    },
    "geometry": {
        "A": [1.0, 2.0],
        "order": "both",
        "W": [[1.0, 0.5], [0.0, 2.0]],
        "b": [0.25, -1.0],
        "relu": True,
        "chosen": "digit",
        "preset": "skew",
        "layers": {"area": False, "eigen": True, "ellipse": True, "before": True},
    },
    "layer_stack": {
        "chain": "folds",
        "place": "patch",
        "selected": 1,
        "tolerance": 0.2,
        "layers": [
            {"W": [1.0, 0.0, 0.5, 1.0], "b": [0.0, 2.0], "activation": "tanh"},
            {"W": [2.0, 0.0, 0.0, 1.0], "b": [0.0, 0.0], "activation": "none"},
        ],
    },
    "folds": {
        "shape": "own",
        "own": ([[0.5, 1.0], [-0.25, 0.0]], [0, 1]),
        "layers": 2,
        "units": 2,
        "updates": 2_000,
        "rate": 0.1,
        "seed": 5,
        "activation": "tanh",
    },
    "uncrumple": {"strength": 0.3, "seed": 4, "depth": 2, "objective": "flatten", "mesh": True},
    "digit_layers": {"size": 250, "batch": 3},
    "derivative": {"function": "typed", "text": "x^3", "place_typed": (0.5, -0.25)},
    "gradient": {
        "model": "ravine",
        "W": [[1.5], [0.5]],
        "rate": 0.02,
        "layer": "b2",
        "row": 0,
        "column": 3,
        "step": 0.2,
    },
    "descent": {
        "kind": "curve",
        "curve": "typed",
        "text_curve": "x^2 + cos(x)",
        "window_curve": 10,
        "methods_curve": ["adam"],
        "start": (3.5,),
        "setting": (20, 5, 60, "adam"),
    },
    "settings_map": {
        "condition": 50,
        "method": "book",
        "tolerance": 0.1,
        "limit": 400,
        "rate": 11,
        "momentum": 3,
        "start_x": 1.25,
        "start_y": -0.5,
        "ball_rate": 2,
        "ball_momentum": 60,
        "ball_start": (-3.0,),
        "ball_step": 12,
        "sweep": True,
    },
    "noise": {
        "kind": "own",
        "preset": "On one line",
        "own": ([-1.0, 0.5, 2.0], [0.5, 0.25, -1.0]),
        "size_own": 3,
        "seed": 12,
        "place": (0.5, -0.75),
        "minis_own": [3],
        "start": (1.0, -1.0),
        "clock": 40,
        "linked": False,
        "rates": {"1": 4, "3": 5},
    },
    "graph": {
        "preset": "paths",
        "text": "x * y + x",
        "values": "x = 2, y = 3",
        "now": {"x": 2.5, "y": -1.0},
        "chosen": 1,
        "losses": [9.0, 0.5],
        "moving_x_y": ["y"],
        "rate": 0.3,
    },
    "network_graph": {
        "test": 3,
        "label": 8,
        "opened": ("relu", "loss"),
        "chosen": 2,
        "largest": True,
        "own": True,
        "unit": 44,
        "page": 2,
    },
    "gradient_check": {
        "data": "batch",
        "layer": "b1",
        "column": 31,
        "preset": "A straight line",
        "text": "x^2*y",
        "x": 0.25,
        "y": -1.5,
        "variable": "y",
    },
    "autodiff_modes": {"example": "curve", "inputs": 3, "outputs": 12},
    "from_scratch": {"piece": "update", "small_batch_size": 3, "broken": ["bias"], "optimizer": "adam", "epochs": 2},
}
"""A view of each page, each setting another than usual."""
QUICK = {"network", "tensors", "product", "geometry", "descent", "graph"}
"""A page of every section; the others' views are among the slow tests."""


class Alone(type(Path())):
    """To Streamlit's test runner a folder named pages holds the app's pages, until st.navigation was called."""

    def exists(self, **_):
        return False


@pytest.fixture
def opened(loaded, framed, monkeypatch):
    """A page as a link opens it: its stem and query in, the app out."""
    monkeypatch.setattr(pages_manager, "Path", Alone)

    def open_link(stem: str, query: str | dict[str, list[str]] = "") -> AppTest:
        app = AppTest.from_file("../../app.py", default_timeout=60)
        app._page_hash = calc_hash("" if stem == LESSONS[0].stem else stem)
        for name, texts in (parse_qs(query, keep_blank_values=True) if isinstance(query, str) else query).items():
            app.query_params[name] = texts
        return app.run()

    return open_link


def query(app) -> str:
    """What the address component at the page's foot says."""
    found = [item for item in app.get("bidi_component") if item.proto.id.endswith("_address")]
    return data_of(found[-1])["query"]


def written(view: dict) -> dict[str, str]:
    return {name: link_values.write(value) for name, value in view.items()}


def said(app) -> list[str]:
    assert not app.exception
    begun = ("This link’s", "This link gives", "This view has no", "The settings of this link")
    return [item.value for item in app.warning if item.value.startswith(begun)]


@pytest.mark.parametrize("stem", [pytest.param(s, marks=[] if s in QUICK else [pytest.mark.slow]) for s in VIEWS])
def test_a_link_makes_the_view_and_the_view_makes_the_link(opened, stem):
    texts = written(VIEWS[stem])
    app = opened(stem, urlencode(texts))
    assert said(app) == []
    assert {name: found[-1] for name, found in parse_qs(query(app), keep_blank_values=True).items()} == texts
    asked = {
        name: each for names in app.session_state["share_state"].shown.used.values() for name, each in names.items()
    }
    for name, value in VIEWS[stem].items():
        if asked[name].entry is None:
            assert app.session_state[f"{stem}_{name}"] == value


def test_every_page_with_settings_has_its_view_here():
    assert set(VIEWS) | {"whole_picture"} == {lesson.stem for lesson in LESSONS}


def test_a_page_as_usual_has_no_query_and_a_change_is_in_it(opened):
    app = opened("tensors")
    assert query(app) == ""
    app.slider(key="tensors_dimension").set_value(2).run()
    app.text_input(key="tensors_text").set_value("[1, 2 & 3 +4]").run()
    assert query(app) == "dimension=2", "a refused text is not in the link"
    app.text_input(key="tensors_text").set_value("[1, -2]").run()
    assert query(app) == "text=%5B1,+-2%5D&dimension=2"
    again = opened("tensors", query(app))
    assert again.text_input(key="tensors_text").value == "[1, -2]"
    assert again.slider(key="tensors_dimension").value == 2
    again.slider(key="tensors_dimension").set_value(5).run()
    assert query(again) == "text=%5B1,+-2%5D"


def test_what_the_reader_did_last_counts_not_the_link(opened):
    app = opened("autodiff_modes", "inputs=3")
    app.select_slider(key="autodiff_modes_inputs").set_value(8).run()
    assert app.select_slider(key="autodiff_modes_inputs").value == 8
    assert query(app) == "inputs=8"


HOSTILE = [
    ("tensors", "mode=" + "x" * 5_000, "mode"),
    ("tensors", "dimension=NaN", "dimension"),
    ("tensors", "dimension=Infinity", "dimension"),
    ("tensors", "dimension=2.5", "dimension"),
    ("tensors", "dimension=true", "dimension"),
    ("tensors", "dimension=9", "dimension"),
    ("tensors", "text=" + "[" * 5_000, "text"),
    ("tensors", "text=[1,[2]]", "text"),
    ("folds", "shape=own&own=" + "[" * 9_000, "own"),
    ("folds", "shape=own&own=[[[9,9]],[0]]", "own"),
    ("folds", "layers=[]", "layers"),
    ("dtypes", "chosen=[7,0]", "chosen"),
    ("dtypes", "chosen=[1]", "chosen"),
    ("slicing", "choice=%00", "choice"),
]


@pytest.mark.parametrize(("stem", "link", "name"), some(HOSTILE, every=5))
def test_what_does_not_fit_is_said_once_and_the_usual_value_used(opened, stem, link, name):
    app = opened(stem, link)
    assert len(said(app)) == 1
    assert said(app)[0].startswith(f"This link’s {name} (") and said(app)[0].endswith("its usual value is used.")
    assert len(said(app)[0]) < 200
    assert name not in parse_qs(query(app))
    assert said(app.run()) == []


def test_names_that_are_no_settings_reach_nothing(opened):
    link = "edit_error=boom&state=1&text_accepted=[5]&shown=[6]&dimension=3&ink=a&at-picture=1&hide=b&embed=true"
    app = opened("tensors", link)
    assert said(app)[0].startswith("This view has no setting edit\\_error, state, text\\_accepted or 1 more.")
    assert query(app) == "dimension=3"
    assert app.session_state["tensors_text_accepted"] == app.text_input(key="tensors_text").value != "[5]"
    app = opened("tensors", "&".join(f"name{n}=1" for n in range(900)))
    assert len(said(app)[0]) < 200


def test_a_value_given_twice_is_refused_and_the_same_value_twice_is_not(opened):
    app = opened("tensors", {"dimension": ["2", "3"], "axes": ["4", "4"]})
    assert said(app) == ["This link gives more than one dimension (2 and 3); its usual value is used."]
    assert query(app) == "axes=4" and app.slider(key="tensors_dimension").value == 5
    app = opened("tensors", {"dimension": ["2", "3"], "axes": ["2", ""], "nothing": ["1", "2"]})
    first, second = said(app)[0].split(". ")
    assert first == (
        "This link gives more than one dimension (2 and 3) and axes (2 and empty); their usual values are used"
    )
    assert second == "This view has no setting nothing."


def test_a_name_without_letters_is_not_left_nameless(opened):
    assert said(opened("tensors", {"": ["1"]})) == ["This view has no setting with an empty name."]
    assert said(opened("tensors", {"x": ["1"], " ": ["1"]})) == [
        "This view has no setting x or with an empty name.",
    ]


@pytest.mark.parametrize("sign", ["…", "−", "💥", "é", "×"])
def test_a_word_has_no_backslash_before_what_markdown_takes_as_it_is(opened, sign):
    (word,) = said(opened("tensors", urlencode({"dimension": f"a{sign}b"})))
    assert "\\" not in word and f"a{sign}b" in word


def test_what_only_the_browser_reads_of_a_link_is_handed_to_it(opened):
    def handed(app):
        found = [item for item in app.get("bidi_component") if item.proto.id.endswith("_link_unread_words")]
        return [data_of(item) for item in found]

    link = {"at-board": ["1", "2"], "ink": [""], "dimension": ["3"]}
    app = opened("tensors", link)
    assert handed(app) == [{"link": {"at-board": ["1", "2"], "ink": [""]}, "canvas": False}]
    assert handed(app.run()) == handed(app), "it stays while the page is open"
    assert handed(opened("drawing", {"ink": ["a"]}))[0]["canvas"] is True
    assert handed(opened("tensors", {"dimension": ["3"]})) == []


def test_an_unknown_page_is_named_as_text_and_the_nearest_offered_once(opened):
    app = opened("whole_picture", {"no-page": ["tensrs"]})
    assert [item.value for item in app.warning] == ["There is no page called “tensrs”. The nearest by name:"]
    (link,) = [item for item in app.get("page_link") if item.proto.label == "Tensors"]
    assert link.proto.page == "tensors"
    assert query(app) == "" and not app.run().warning
    (word,) = [item.value for item in opened("whole_picture", {"no-page": ["[x](//a.b) zzz"]}).warning]
    assert word.startswith(r"There is no page called “\[x\]\(\/\/a\.b\) zzz”. All pages stand")


def test_a_word_shows_no_markdown_of_the_link(opened):
    app = opened("tensors", urlencode({"dimension": "**[x](http://a.b)**", "`<b>`": "1"}))
    assert r"\*\*\[x\]\(http{}\:\/\/a\.b\)".format("\u2060") in said(app)[0]
    assert r"\`\<b\>\`" in said(app)[0]


def test_settings_that_break_the_page_are_all_dropped(opened):
    app = opened("layer_stack", "chain=folds&selected=5&tolerance=0.2")
    assert "do not fit together" in said(app)[0]
    assert query(app) == ""
    assert app.selectbox(key="layer_stack_chain").value == "affine"
    assert said(app.run()) == []


def test_an_error_that_no_link_made_is_not_hidden(opened, monkeypatch):
    def fail(*_):
        raise RuntimeError("not the link's fault")

    monkeypatch.setattr("engine.tensors.tensors.literal", fail)
    app = opened("tensors")
    assert app.exception


def test_a_later_visit_keeps_the_values_and_says_nothing_of_its_link(opened):
    app = opened("tensors", "dimension=3")
    app.switch_page("pages/tensors/dtypes.py").run()
    assert query(app) == ""
    app.query_params["dimension"] = "99"
    app.query_params["other"] = "1"
    app.switch_page("pages/tensors/tensors.py").run()
    assert said(app) == [] and query(app) == "dimension=3"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**53), 2**53)
SCALARS = st.one_of(st.booleans(), WHOLE, NUMBERS, TEXTS)
VALUES = st.one_of(
    SCALARS,
    st.lists(NUMBERS, max_size=5),
    st.tuples(SCALARS, SCALARS),
    st.tuples(st.lists(st.lists(NUMBERS, max_size=3), max_size=3), st.lists(WHOLE, max_size=3)),
    st.dictionaries(TEXTS, st.lists(NUMBERS, max_size=3), max_size=3),
)


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_a_value_comes_back_from_its_text(value):
    assert link_values.read(link_values.write(value), value) == value


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40), VALUES)
def test_any_text_gives_a_value_of_the_type_or_is_unfit(text, like):
    try:
        value = link_values.read(text, like)
    except Unfit:
        return
    assert type(value) is type(like)
    assert link_values.read(link_values.write(value), like) == value


@pytest.mark.parametrize(
    ("text", "like", "check"),
    [
        ("3.0", 0, None), ("1" * 400, 0, None), ("9007199254740993", 0, None), ("1e999", 0.0, None),
        ("-Infinity", 0.0, None),
        ("True", False, None), ("1", False, None), ("[1,2,3]", (0, 0), None), ('[1,"a"]', [0], None),
        ('{"a":1}', {"b": 1}, None), ('{"a":NaN}', {"a": 1.0}, None), ('"\\ud800"', [], None),
        ('["\\ud800"]', [""], None),
        ("[[[[[[[1]]]]]]]", [], None), ("7", 0, range(5)), ("x", "", {"a": 1}), ("7", 0, link_values.between(0, 5)),
        ("[1,9]", (0, 0), link_values.within(5)), ("null", 0, None), ("x" * 5_000, "", None),
        ("[" + "1," * 9_000 + "1]", [0], None),
    ],
)  # fmt: skip
def test_unfit_texts(text, like, check):
    with pytest.raises(Unfit):
        link_values.read(text, like, check)


def test_a_check_may_refuse_with_a_sentence():
    def refuse(value):
        raise InvalidInput("no")

    with pytest.raises(Unfit):
        link_values.read("1", 0, refuse)
    assert link_values.read("1", 0, lambda value: None) == 1
    assert link_values.read("", str, [None, "a"]) is None and link_values.read("a", str, [None, "a"]) == "a"
