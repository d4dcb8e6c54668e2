"""Which questions belong to which page, and the next one to ask."""

from random import Random
from typing import NamedTuple

from engine.questions import (
    descent,
    geometry,
    graphs,
    networks,
    operations,
    products,
    representations,
    samples,
    sheets,
    slopes,
)
from engine.questions.kinds import Generator, Question, make

GENERATORS: dict[str, tuple[Generator, ...]] = {
    "whole_picture": (networks.updated_weight, networks.turns, networks.lowest_loss),
    "network": (networks.parameters, networks.network_parameters, networks.activation_shape),
    "drawing": (networks.fitted, networks.input_number),
    "tensors": (representations.nested_shape, representations.rank, representations.bytes_of),
    "dtypes": (representations.wrapped_sum, representations.converted),
    "slicing": (representations.taken_shape, representations.taken_values),
    "batches": (samples.last_batch, samples.batch_bounds, samples.batch_of),
    "real_world": (samples.data_shape, samples.memory),
    "elementwise": (operations.cell_by_cell, operations.floored, operations.rectified),
    "broadcasting": (operations.broadcast_shape, operations.fitting, operations.broadcast_cell),
    "product": (products.product_shape, products.product_cell, products.product_fits),
    "reshaping": (products.solved_shape, products.reshaped_place, products.transposed_shape),
    "geometry": (geometry.moved_point, geometry.rotated, geometry.area),
    "layer_stack": (geometry.collapsed_bias, geometry.through_relu),
    "folds": (geometry.crease, geometry.same_place),
    "uncrumple": (sheets.gestures, sheets.parted, sheets.effort),
    "digit_layers": (sheets.spread_between, sheets.stage_shape),
    "derivative": (slopes.slope, slopes.estimate, slopes.secant),
    "gradient": (slopes.sample_gradient, slopes.gradient_shape, slopes.promised_fall),
    "descent": (descent.descended, descent.rolling, descent.first_to_arrive),
    "settings_map": (descent.converging, descent.largest_rate),
    "noise": (descent.batch_gradient, descent.scatter, descent.samples_seen),
    "graph": (graphs.node_value, graphs.neuron_gradient, graphs.path_sum),
    "network_graph": (graphs.logit_errors, graphs.weight_gradient_shape),
    "gradient_check": (graphs.truncation, graphs.relative_error),
    "autodiff_modes": (graphs.passes, graphs.chain_cost),
    "from_scratch": (networks.dense, networks.updated_weights, networks.log_lines),
}
"""Page → what can be asked there."""


class Asked(NamedTuple):
    """A question and the number of its generator among the page's."""

    generator: int
    question: Question


def draw(page: str, seed: int, last: Asked | None = None) -> Asked:
    """A question of this page, the same for the same seed: of another kind than the last one, where there is another.

    >>> draw("tensors", 1, draw("tensors", 0)).generator != draw("tensors", 0).generator
    True
    """
    random, offered = Random(seed), GENERATORS[page]
    kinds = [number for number in range(len(offered)) if last is None or number != last.generator]
    number = random.choice(kinds or [0])
    return Asked(number, make(offered[number], random.getrandbits(32)))
