"""Where the weights of the current network lie for code that is taken away, by the network's name."""

WEIGHTS = {"pretrained": "engine/pretrained.npz", "yours": "weights.npz"}
"""Path of the .npz file with W1, b1, W2, b2, as the program will find it."""
WHERE_TO_RUN = {
    "pretrained": "Run it in the app's folder.",
    "yours": "Download weights.npz on the page “A first network”, and run this beside it.",
}
