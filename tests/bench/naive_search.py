"""One forward pass, one backward pass, and a real piece of the naive search: `python -m tests.bench.naive_search`.

The piece tries PIECE weights both ways in float32 and waits for every loss: its time for each pass is what the page's
extrapolation stands or falls with.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np

from engine.descent import naive_search
from engine.descent.naive_search import BATCH
from engine.training import network, pretrained
from engine.training.network import Params
from tests import bench

PIECE = 1_000


def searched(params: Params, images: np.ndarray, labels: np.ndarray) -> float:
    """Median seconds of a forward pass while PIECE weights of W1 are tried at w - step and w + step."""
    batch = network.preprocess(jnp.asarray(images)), jnp.asarray(labels, jnp.int32)

    @jax.jit
    def changed(number: int, change: float) -> Params:
        return params._replace(W1=params.W1.ravel().at[number].add(change).reshape(params.W1.shape))

    seconds = []
    for number in np.random.default_rng(0).integers(0, params.W1.size, PIECE):
        for change in (-0.05, 0.05):
            tried = jax.block_until_ready(changed(number, change))
            began = time.perf_counter()
            jax.block_until_ready(naive_search.loss_of(tried, *batch))
            seconds.append(time.perf_counter() - began)
    return float(np.median(seconds))


def main() -> None:
    digits = bench.digits()
    params = Params(*map(jnp.asarray, pretrained.load().params))
    images, labels = digits.train_images[:BATCH], digits.train_labels[:BATCH]
    cost = naive_search.measure(params, images, labels)
    bench.report("forward pass, batch of 128, median", f"{1e3 * cost.forward:.2f}", "ms")
    bench.report("backward pass with the loss, median", f"{1e3 * cost.backward:.2f}", "ms")
    bench.report(f"naive search, {cost.passes:,} passes, extrapolated", f"{cost.naive / 60:.1f}", "minutes")
    bench.report("naive search / backward pass", f"{cost.ratio:,.0f}", "times")
    real = searched(params, images, labels)
    unit = f"ms each, median ({real / cost.forward:.2f} × the median above)"
    bench.report(f"{2 * PIECE:,} passes really made", f"{1e3 * real:.2f}", unit)


if __name__ == "__main__":
    main()
