"""The controls of a training run."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from engine.training.optimizers import OPTIMIZERS
from engine.training.training import Settings
from pages.shell import share
from pages.shell.typed import in_force, typed_number, typed_whole

OPTIMIZER_NAMES = {
    "sgd": "SGD",
    "momentum": "SGD with momentum 0.9",
    "nesterov": "SGD with Nesterov momentum 0.9",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop (textbook, 1st and 2nd ed.)",
    "adam": "Adam (textbook, 3rd ed.)",
}
INITIALIZATION_NAMES = {
    "glorot_uniform": "Glorot uniform (Keras's default)",
    "he_normal": "He normal",
    "small_uniform": "uniform in [-0.05, 0.05]",
    "positive_uniform": "uniform in [0, 0.1)",
    "zeros": "all zero",
}
HELP = {
    "optimizer": "The rule that turns a gradient (which way each weight should move) into a step.",
    "learning_rate": "The size of a step. May be changed while the run goes on.",
    "batch_size": "How many images are looked at before each step.",
    "hidden_units": "How many numbers the first layer computes from the 784 pixels.",
    "epochs": "How often every training image is seen.",
    "initialization": "What the weights are before the first step.",
    "seed": "Where the random numbers start. The same seed gives the same run.",
}


def chosen() -> Settings | None:
    """The settings as the controls have them; None, with a sentence beside the control, where one is not possible."""
    defaults = Settings()
    for name, value in asdict(defaults).items():
        share.default(f"network_{name}", value, _check(name))
    first = st.columns(4)
    with st.expander("More settings", key="network_more"):
        second = st.columns(3)
    asked: dict[str, Any] = {
        "optimizer": _choice(first[0], "optimizer", OPTIMIZER_NAMES, on_change=_suggest_learning_rate),
        "learning_rate": _number(first[1], "learning_rate"),
        "epochs": _whole(first[2], "epochs"),
        "batch_size": _whole(first[3], "batch_size"),
        "hidden_units": _whole(second[0], "hidden_units"),
        "initialization": _choice(second[1], "initialization", INITIALIZATION_NAMES),
        "seed": _whole(second[2], "seed"),
    }
    return Settings(**asked) if all(in_force(f"network_{name}") for name in asked) else None


def _choice(column, name: str, names: dict[str, str], **options) -> str:
    return column.selectbox(
        name.capitalize(),
        list(names),
        format_func=names.get,
        key=f"network_{name}",
        help=HELP[name],
        persist_state="session",
        **options,
    )


def _number(column, name: str) -> float:
    with column:
        return typed_number(
            "Learning rate", what="Learning rate", key=f"network_{name}", help=HELP[name], check=_check(name)
        )


def _whole(column, name: str) -> int:
    label = name.replace("_", " ").capitalize()
    with column:
        # The bounds are those of Settings.
        return typed_whole(label, what=label, key=f"network_{name}", help=HELP[name], low=-(2**53), check=_check(name))


def _check(name: str):
    """Settings raises InvalidInput for what no run can have."""
    return lambda value: Settings(**{name: value})


def _suggest_learning_rate() -> None:
    chosen = st.session_state["network_optimizer"]
    st.session_state["network_learning_rate"] = OPTIMIZERS[chosen].learning_rate
