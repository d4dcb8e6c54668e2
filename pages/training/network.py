"""A first network: train 784-512-10 live, scrub through the run, see what it gets right and wrong."""

import streamlit as st

from engine.training.runner import history_csv
from engine.training.training import Settings
from pages.digits import mnist
from pages.shell import data, layout, session
from pages.training import evaluation, settings, training
from viz.training import weights_snippets as weights
from viz.training.network import cards_html, layer_cards, preprocessing_cards
from viz.training.training_snippets import training_snippets

layout.opening(
    "A first network",
    "A *neural network* is a sieve: numbers go in, each *layer* lets through what matters, and an answer comes out. "
    "This one says which of the ten digits it is shown. It begins knowing nothing. Press **Train**.",
)
digits = data.digits("network")
wanted = settings.chosen()
training.run(digits, wanted)
st.html(cards_html(layer_cards((wanted or Settings()).hidden_units)))

layout.notice(
    "The *loss* says how wrong the network is. Thin line: each single update, or, where there are too many to draw, "
    "means of a few; the legend says of how many. Thick line: the mean of each *epoch*, one pass over all training "
    "digits.",
    "The dotted line is measured on test digits that are never trained on. When it stops falling and the training loss "
    "goes on: *overfitting*.",
    "At first the dotted line looks better. It is measured with the weights of the epoch’s end; the thick line is a "
    "mean over the whole epoch, the worse weights of its beginning among them.",
    "The small pictures are what a hidden unit looks for. They begin as noise and become strokes.",
)
layout.try_this(
    "When the run stands still, drag the slider under the picture and watch the digit's ten probabilities.",
    "Draw a digit of your own and come back.",
    "SGD with learning rate `10`: the loss comes to rest at 2.3, pure guessing, -log(1/10). With `1e10` it stops being "
    "a number.",
    "Initialization “all zero”: every hidden unit gets the same gradient, so they never differ.",
)
st.page_link("pages/digits/drawing.py", label="Draw a digit", icon=":material/draw:")

if digits is not None:
    here = session.current()
    judged = here.judged(digits)
    found = judged.test
    st.header("How good is it?", anchor=False)
    evaluation.verdict(judged)
    evaluation.one_digit(digits, found)
    st.subheader("What it gets wrong", anchor=False)
    evaluation.failures(digits, found)
    st.subheader("Which digits it confuses", anchor=False)
    st.caption("Click a cell to see the digits behind it. The diagonal counts those it got right.")
    evaluation.confusions(digits, found)

    st.header("The data", anchor=False)
    st.markdown(
        f"The training set is {len(digits.train_labels):,} digits with their *labels* (the right answers); the test "
        f"set is {len(digits.test_labels):,} others, kept aside. Together: {data.name(digits)}."
    )
    mnist.samples(digits)
    mnist.as_numbers(digits)
    st.subheader("What the network is given", anchor=False)
    st.html(cards_html(preprocessing_cards(len(digits.train_labels))))

    run = here.runner.poll()
    st.subheader("Take it away", anchor=False)
    with st.container(horizontal=True):
        st.download_button("Weights (.npz)", here.weights_file, "weights.npz", key="network_weights")
        hidden_units = here.network().params.W1.shape[1]
        st.download_button(
            "Keras script (.py)",
            weights.script(hidden_units),
            "keras_network.py",
            "text/x-python",
            key="network_keras",
            help="Put both files into one folder and run the script: it loads the weights into Keras, measures them on "
            "MNIST, and saves network.keras.",
            on_click="ignore",
        )
        # A file that is made when it is asked for: a rerun need not write megabytes that nobody takes.
        st.download_button(
            "History (.csv)",
            lambda: history_csv(run),
            "history.csv",
            key="network_history",
            disabled=not run.update,
        )

layout.code(
    "network",
    training_snippets(wanted or Settings()),
    note="A whole program with the settings above. The JAX one draws the same weights and the same batches as this "
    "page, and so prints the same losses.",
)
