"""The right answers once more, from what the reader sees alone: NumPy, closed forms, finite differences, simulation."""

import ast
import re
from fractions import Fraction
from functools import cache
from math import ceil, exp, log, sqrt, trunc

import numpy as np
import pytest

from engine.questions import descent, kinds
from engine.questions.kinds import answer_text, judge
from engine.questions.registry import GENERATORS

ALL = [generator for offered in GENERATORS.values() for generator in offered]
FEW = {
    "network_parameters": 10, "activation_shape": 15, "stage_shape": 15, "gradient_shape": 15,
    "weight_gradient_shape": 8, "first_to_arrive": 20, "converging": 50, "largest_rate": 50, "through_relu": 80,
    "batch_gradient": 80, "path_sum": 80, "node_value": 80, "neuron_gradient": 80, "descended": 80,
}  # fmt: skip
"""Questions that trace or run something: fewer seeds than 200."""
SMALL = {16: 7, 32: 9, 64: 11, 128: 13}
"""Sizes in whose place NumPy multiplies smaller ones."""
each_generator = pytest.mark.parametrize("generator", ALL, ids=lambda generator: generator.__name__)


@cache
def asked(generator):
    return [kinds.make(generator, seed) for seed in range(FEW.get(generator.__name__, 200))]


NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?")


def codes(question):
    """What stands in backticks, in order."""
    return re.findall("`([^`]*)`", question.prompt)


def values(question):
    """The codes that are numbers, lists or shapes."""
    found = []
    for code in codes(question):
        try:
            found.append(ast.literal_eval(code))
        except (ValueError, SyntaxError):
            continue
    return [np.array(value) if isinstance(value, list) else value for value in found]


def numbers(question):
    """All numbers outside of code."""
    text = re.sub("`[^`]*`", "", question.prompt).replace("−", "-").replace("- ", "-")
    return [float(found.replace(",", "")) for found in NUMBER.findall(text)]


def sizes(question):
    """All numbers, a dash between them being none of their signs."""
    return [int(abs(value)) for value in numbers(question)]


def same(option, expected):
    return len(option) == len(expected) and np.allclose(option, expected, atol=1e-4)


def only(question, holds):
    """The one option for which something holds; any other number of them is an error."""
    (found,) = [option for option in question.options if holds(ast.literal_eval(option.strip("`")))]
    return found


def run(question, code, **names):
    return eval(code, {"np": np, "relu": lambda z: np.where(z > 0, z, 0), **names})


def coefficient(question):
    found = re.search(r"f\(x\) = (\S*?) ?x", question.prompt).group(1).replace("−", "-")
    return float(found + "1" if found in ("", "-") else found)


def slope_of(function, at, step=1e-4):
    return (function(at + step) - function(at - step)) / (2 * step)


def on_x_and_y(question):
    x, y, *_ = values(question)
    return run(question, codes(question)[-1], x=np.array(x), y=np.array(y))


def activation_shape(question):
    samples, _, _, _, units, _ = sizes(question)
    width = 784 if "preprocess" in question.prompt else units if "hidden layer" in question.prompt else 10
    return samples, width


def stage_shape(question):
    samples, _, units, _ = sizes(question)
    width = next(
        (784 if "inputs" in what else units if "hidden" in what else 10)
        for what in [question.prompt.rpartition("shape of")[2]]
    )
    return samples, width


def weight_gradient_shape(question):
    samples, _, units, _ = sizes(question)
    known = {"W1": (784, units), "b1": (units,), "W2": (units, 10), "b2": (10,), "inputs": (samples, 784)}
    return known[codes(question)[-1]]


def fitted(question):
    width, height = sizes(question)[:2]
    scale = Fraction(20, max(width, height))
    return height * scale, width * scale


def converted(question):
    text, name = re.search(r"array\((.*)\)\.astype\(np\.(\w+)\)", question.prompt).groups()
    value = float(text)
    return {"int32": trunc(value), "uint8": value % 256, "int8": (value + 128) % 256 - 128}[name]


def data_shape(question):
    if "video" in question.prompt:
        clips, seconds, rate, height, width = sizes(question)
        return clips, seconds * rate, height, width, 3
    if "images" in question.prompt:
        count, height, width = sizes(question)
        channels = 3 if "colour" in question.prompt else 1
        first = "channels-first" in question.prompt
        return (count, channels, height, width) if first else (count, height, width, channels)
    found = sizes(question)
    return (found[0], found[2], found[1]) if "day" in question.prompt else tuple(found)


def memory(question):
    count, side, _, _ = sizes(question)
    wanted = count * side * side * 3 * np.dtype(codes(question)[0]).itemsize
    units = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}

    def told(option):
        value, unit = option.split(" (")[0].split()
        return float(value.replace(",", "")) * units[unit]

    (found,) = [option for option in question.options if abs(told(option) / wanted - 1) < 0.005]
    return found


def fits(combine):
    def expected(question):
        x = values(question)[0]

        def holds(y):
            try:
                return combine(x, y) is not None
            except (ValueError, TypeError):
                return False

        return only(question, holds)

    return expected


def multiplied(x, y):
    small = (np.zeros([SMALL.get(size, size) for size in shape]) for shape in (x, y))
    large = {size: known for known, size in SMALL.items()}
    return tuple(large.get(size, size) for size in np.matmul(*small).shape)


def reshaped_place(question):
    x = np.arange(np.prod(values(question)[0])).reshape(values(question)[0])
    place, after = (run(question, code, x=x) for code in codes(question)[2:4])
    return np.argwhere(after == place)[0]


def through_relu(question):
    point, W1, b1, W2, b2 = values(question)
    return np.einsum("ij,j", W2, np.clip(np.einsum("ij,j", W1, point) + b1, 0, None)) + b2


def same_place(question):
    W, b, point = values(question)
    wanted = np.maximum(b + point @ W, 0)
    return only(question, lambda other: (np.maximum(b + np.array(other) @ W, 0) == wanted).all())


def parted(question):
    red, blue = values(question)
    (level,) = numbers(question)
    return 10 * (sum(height > level for height in red) + sum(height < level for height in blue))


def spread_between(question):
    first, second = values(question)
    return np.std([first.mean(), second.mean()]) if "means of the classes" in question.prompt else np.std(first)


def sample_gradient(question):
    x, W = values(question)
    target = numbers(question)[0]

    def loss(flat):
        return float((x[0] @ flat - target) ** 2)

    return [[(loss(W[:, 0] + 1e-3 * e) - loss(W[:, 0] - 1e-3 * e)) / 2e-3] for e in np.eye(2)]


ADAM = (0.9, 0.999)


def raced(start, rate):
    """Steps until the loss stays below 1 %, each optimizer written out once more in NumPy."""
    curvature = np.array([1.0, 20.0])
    found = {}
    for name in ("SGD", "Heavy ball with m = 0.9", "Adagrad", "Adam"):
        p, v, s, losses = np.array(start), np.zeros(2), np.zeros(2) + (0.1 if name == "Adagrad" else 0), []
        for t in range(1, 202):
            losses.append((curvature * p**2).sum() / 2)
            g = curvature * p
            if name == "SGD":
                p = p - rate * g
            elif name == "Adagrad":
                s = s + g * g
                p = p - rate * g / np.sqrt(s)
            elif name == "Adam":
                v, s = ADAM[0] * v + (1 - ADAM[0]) * g, ADAM[1] * s + (1 - ADAM[1]) * g * g
                p = p - rate * (v / (1 - ADAM[0] ** t)) / (np.sqrt(s / (1 - ADAM[1] ** t)) + 1e-7)
            else:
                v = 0.9 * v - rate * g
                p = p + v
        above = np.flatnonzero(~(np.array(losses) <= 0.01 * losses[0]))
        if above[-1] < len(losses) - 1:
            found[name] = above[-1] + 1
    return found


def racing(question):
    text = question.prompt.replace("−", "-")
    x, y, rate = map(float, re.search(r"x = (\S+), y = (\S+) in .* rate (\S+)\. Which", text).groups())
    return raced((x, y), rate)


def first_to_arrive(question):
    steps = racing(question)
    return min(steps, key=steps.get)


def rolls_off(curvature, rate, beta, steps=600):
    """Whether the heavy ball leaves a parabola, by letting it roll."""
    x, v = 1.0, 0.0
    for _ in range(steps):
        v = beta * v - rate * curvature * x
        x += v
        if abs(x) > 1e6:
            return True
    return False


def converging(question):
    (curvature,) = numbers(question)
    stay = []
    for option in question.options:
        rate, beta = (float(value) for value in NUMBER.findall(option))
        if not rolls_off(curvature, rate, beta):
            stay.append(option)
    (found,) = stay
    return found


def largest_rate(question):
    found = numbers(question)
    steepest, beta = found[1], found[2] if "m =" in question.prompt else 0.0
    right = question.answer
    assert rolls_off(steepest, 1.03 * right, beta) and not rolls_off(steepest, 0.97 * right, beta)
    return right


def batch_gradient(question):
    text = question.prompt.replace("−", "-").replace("- ", "-").replace("+ ", "")
    w, b = (float(value) for value in re.search(r"y = (\S+) x (\S+) and", text).groups())
    pairs = np.array(re.findall(r"\((-?\d+), (-?\d+)\)", text), float)
    return slope_of(lambda at: ((w * pairs[:, 0] + at - pairs[:, 1]) ** 2).mean(), b)


def samples_seen(question):
    samples, size, updates = sizes(question)
    one_pass = [len(range(first, min(first + size, samples))) for first in range(0, samples, size)]
    return sum((one_pass * 3)[:updates])


def neuron(question):
    text = question.prompt.replace("−", "-")
    return {name: float(value) for name, value in re.findall(r"(\bx|\bw|\bb|`y_true`) = (-?\d+)", text)}


def neuron_loss(known):
    return abs(known["`y_true`"] - (known["x"] * known["w"] + known["b"]))


def neuron_gradient(question):
    known, asked = neuron(question), question.prompt.rstrip("?")[-1]
    return slope_of(lambda at: neuron_loss(known | {asked: at}), known[asked])


def logit_errors(question):
    (p,) = values(question)
    label = int(numbers(question)[0])

    def loss(z):
        return log(sum(exp(value) for value in z)) - z[label]

    z = np.log(p)
    return [slope_of(lambda at, k=k: loss([*z[:k], at, *z[k + 1 :]]), z[k]) for k in range(3)]


def truncation(question):
    a, text = Fraction(int(coefficient(question))), question.prompt
    x, epsilon = (Fraction(value) for value in re.search(r"at x = (\d+);.*ε = ([\d.]+)", text).groups())
    return float(a * ((x + epsilon) ** 3 - (x - epsilon) ** 3) / (2 * epsilon) - 3 * a * x**2)


def passes(question):
    inputs, outputs = sizes(question)
    count, mode = min((inputs, "Forward mode"), (outputs, "Reverse mode"))
    return f"{mode}, {count} pass{'es' if count > 1 else ''}"


def chain_cost(question):
    (_, b), (_, a), (_, n) = values(question)
    return b * a + a * n if "(J3 @ J2)" in question.prompt else b * a * n + b * n


def secant(question):
    x, other = numbers(question)[-2:]
    return np.polyfit([x, other], [coefficient(question) * place**2 for place in (x, other)], 1)[0]


def log_lines(question):
    samples, size, _, _, every = sizes(question)
    return sum(batch % every == 0 for batch in range(ceil(samples / size)))


ORACLES = {
    "updated_weight": lambda q: numbers(q)[0] - numbers(q)[2] * numbers(q)[1],
    "turns": lambda q: ceil(sizes(q)[0] / sizes(q)[2]) * sizes(q)[1],
    "lowest_loss": lambda q: max(q.options, key=lambda option: ast.literal_eval(option.strip("`"))[sizes(q)[-1]]),
    "parameters": lambda q: (sizes(q)[0] + 1) * sizes(q)[1] + (sizes(q)[1] + 1) * sizes(q)[2],
    "network_parameters": lambda q: f"{795 * sizes(q)[0] + 10:,}",
    "activation_shape": activation_shape,
    "fitted": fitted,
    "input_number": lambda q: np.ravel_multi_index(tuple(sizes(q)[3:5]), (28, 28)),
    "nested_shape": lambda q: np.shape(values(q)[0]),
    "rank": lambda q: np.ndim(values(q)[0]),
    "bytes_of": lambda q: np.zeros(values(q)[0], codes(q)[1]).nbytes,
    "wrapped_sum": lambda q: sum(int(value) for value in re.findall(r"[\[(](\d+)", codes(q)[0])) % 256,
    "converted": converted,
    "taken_shape": lambda q: run(q, codes(q)[-1], x=np.broadcast_to(0, values(q)[0])).shape,
    "taken_values": lambda q: run(q, codes(q)[-1], x=values(q)[0]),
    "last_batch": lambda q: [min(sizes(q)[1], sizes(q)[0] - at) for at in range(0, sizes(q)[0], sizes(q)[1])][-1],
    "batch_bounds": lambda q: "`train_images[{}:{}]`".format(*(sizes(q)[0] * (sizes(q)[2] + k) for k in (0, 1))),
    "batch_of": lambda q: np.arange(5_000).reshape(-1, 1)[: sizes(q)[2] // sizes(q)[1] + 1].size - 1,
    "data_shape": data_shape,
    "memory": memory,
    "cell_by_cell": on_x_and_y,
    "floored": lambda q: run(q, codes(q)[0]),
    "rectified": on_x_and_y,
    "broadcast_shape": lambda q: np.broadcast_shapes(*values(q)[:2]),
    "fitting": fits(np.broadcast_shapes),
    "broadcast_cell": on_x_and_y,
    "product_shape": lambda q: multiplied(*values(q)[:2]),
    "product_cell": on_x_and_y,
    "product_fits": fits(multiplied),
    "solved_shape": lambda q: run(q, codes(q)[-1], x=np.zeros(values(q)[0])).shape,
    "reshaped_place": reshaped_place,
    "transposed_shape": lambda q: run(q, codes(q)[-1], x=np.broadcast_to(0, values(q)[0])).shape,
    "moved_point": lambda q: np.einsum("ij,j->i", values(q)[0], values(q)[2]) + values(q)[1],
    "rotated": lambda q: (lambda z: [z.real, z.imag])(complex(*values(q)[0]) * 1j ** (sizes(q)[0] // 90)),
    "area": lambda q: abs(np.linalg.det(values(q)[0])) * sizes(q)[0],
    "collapsed_bias": lambda q: values(q)[2] @ (values(q)[0] @ np.zeros(2) + values(q)[1]) + values(q)[3],
    "through_relu": through_relu,
    "crease": lambda q: only(q, lambda at: np.dot(values(q)[0], at) + numbers(q)[0] == 0),
    "same_place": same_place,
    "gestures": lambda q: np.sum(values(q), axis=0),
    "parted": parted,
    "effort": lambda q: sum(numbers(q)[1] ** 2 for _ in range(sizes(q)[0])),
    "spread_between": spread_between,
    "stage_shape": stage_shape,
    "slope": lambda q: slope_of(lambda at: coefficient(q) * at**2, numbers(q)[-1]),
    "estimate": lambda q: (lambda x, y, a, other: y + a * (other - x))(*numbers(q)),
    "secant": secant,
    "sample_gradient": sample_gradient,
    "gradient_shape": lambda q: values(q)[1],
    "promised_fall": lambda q: numbers(q)[0] * np.linalg.norm(values(q)[0]) ** 2,
    "descended": lambda q: numbers(q)[1] * (1 - numbers(q)[2]) ** 2,
    "rolling": lambda q: (lambda p, v, g, m, rate: p + m * v - rate * g)(*numbers(q)),
    "first_to_arrive": first_to_arrive,
    "converging": converging,
    "largest_rate": largest_rate,
    "batch_gradient": batch_gradient,
    "scatter": lambda q: numbers(q)[0] / sqrt(numbers(q)[1]),
    "samples_seen": samples_seen,
    "node_value": lambda q: neuron_loss(neuron(q)),
    "neuron_gradient": neuron_gradient,
    "path_sum": lambda q: slope_of(lambda at: at * (at + numbers(q)[1]), numbers(q)[0]),
    "logit_errors": logit_errors,
    "weight_gradient_shape": weight_gradient_shape,
    "truncation": truncation,
    "relative_error": lambda q: abs(numbers(q)[0] - numbers(q)[1]) / max(numbers(q)),
    "passes": passes,
    "chain_cost": chain_cost,
    "dense": lambda q: np.maximum(np.einsum("i,ij", values(q)[0], values(q)[1]) + values(q)[2], 0),
    "updated_weights": lambda q: values(q)[0] - numbers(q)[0] * values(q)[1],
    "log_lines": log_lines,
}
"""Generator → the right answer, found again without the engine."""


def test_every_generator_has_an_oracle():
    assert sorted(ORACLES) == sorted(generator.__name__ for generator in ALL)


@each_generator
def test_every_question_can_be_asked(generator):
    found = asked(generator)
    assert len({(question.prompt, question.options) for question in found}) > 0.6 * len(found)
    assert sum(len(question.mistakes) for question in found) > 1.4 * len(found)
    for question in found:
        right = answer_text(question)
        texts = [question.prompt, question.explanation, *question.options, *(why for _, why in question.mistakes)]
        # Streamlit makes pictures of :100: and formulas of $.
        assert not any(re.search(r":\w+:|\$", re.sub("`[^`]*`", "", text)) for text in texts)
        assert right in question.explanation and judge(question, str(question.answer)).right
        wrong = [str(mistake.answer) for mistake in question.mistakes]
        assert len({str(question.answer), *wrong}) == 1 + len(wrong)
        for typed, mistake in zip(wrong, question.mistakes, strict=True):
            verdict = judge(question, typed)
            assert not verdict.right and verdict.why == mistake.why
            assert question.kind == "number" or right not in mistake.why
        if question.kind == "choice":
            assert 3 <= len(question.options) <= 4
            assert sorted(question.options) == sorted([right, *wrong])


@each_generator
def test_the_right_answer_is_right(generator):
    for question in asked(generator):
        expected = ORACLES[generator.__name__](question)
        if question.kind == "number":
            assert question.answer == pytest.approx(float(expected), rel=1e-6, abs=1e-6), question.prompt
        elif question.kind == "shape":
            assert question.answer == tuple(expected), question.prompt
        elif isinstance(expected, str):
            assert question.answer == expected, question.prompt
        else:
            found = [option for option in question.options if same(ast.literal_eval(option.strip("`")), expected)]
            assert found == [question.answer], question.prompt


def test_the_race_is_told_as_it_was_run():
    question = kinds.make(descent.first_to_arrive, 3)
    for name, steps in racing(question).items():
        told = int(re.search(rf"{re.escape(name)} needs (\d+) steps", question.explanation).group(1))
        assert abs(told - steps) <= 1


def test_no_race_hangs_on_a_hair():
    for question in asked(descent.first_to_arrive):
        steps = sorted(racing(question).values())
        assert len(steps) == 1 or steps[1] >= 1.15 * steps[0], question.prompt
