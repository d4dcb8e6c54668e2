// The single layer nearest to a chain, and the proof if there is none that equals it; as in the engine, while one
// drags. At rest the engine's own numbers stand in their place. For stack_board.

import { BENDS, extentOf, outputOf, shifted } from "./chain.js";

/** The single layer equal to the first 1, 2, … layers; activations are passed over. */
function productsOf(layers) {
  const found = [];
  let [W, b] = [
    [1, 0, 0, 1],
    [0, 0],
  ];
  for (const layer of layers) {
    const columns = shifted(layer.W, [0, 0], [W[0], W[2], W[1], W[3]]);
    b = [...shifted(layer.W, layer.b, b)];
    W = [columns[0], columns[2], columns[1], columns[3]];
    found.push({ W, b });
  }
  return found;
}

/** Least squares: the engine's pseudo-inverse of [x, 1] times the outputs. */
function bestLayer(fitter, outputs) {
  const rows = fitter.map((weights) => {
    const sum = [0, 0];
    weights.forEach((weight, k) => {
      sum[0] += weight * outputs[2 * k];
      sum[1] += weight * outputs[2 * k + 1];
    });
    return sum;
  });
  return { W: [rows[0][0], rows[1][0], rows[0][1], rows[1][1]], b: rows[2] };
}

function distancesOf({ W, b }, points, outputs) {
  const found = shifted(W, b, points);
  return Array.from({ length: found.length / 2 }, (_, k) =>
    Math.hypot(found[2 * k] - outputs[2 * k], found[2 * k + 1] - outputs[2 * k + 1]),
  );
}

/** How far rounding may take an output: every layer adds its own error and stretches those before. */
function roundingOf(layers, points) {
  let [error, size] = [0, extentOf(points)];
  for (const {
    W: [a, b, c, d],
    b: shift,
  } of layers) {
    const norm = Math.max(Math.abs(a) + Math.abs(b), Math.abs(c) + Math.abs(d));
    size = norm * size + extentOf(shift);
    error = norm * error + 4 * 2 ** -53 * size;
  }
  return error;
}

/** How many points each layer's activation moves. */
function changedBy(layers, points) {
  let at = points;
  return layers.map(({ W, b, activation }) => {
    const before = shifted(W, b, at);
    at = activation === "none" ? before : before.map(BENDS[activation]);
    let count = 0;
    for (let k = 0; k < at.length; k += 2) count += Number(at[k] !== before[k] || at[k + 1] !== before[k + 1]);
    return count;
  });
}

/** All pairs of corners and their middles, made once. */
export function pairsOf(corners) {
  const [pairs, middles] = [[], []];
  for (let a = 0; a < corners.length; a += 2) {
    for (let c = a + 2; c < corners.length; c += 2) {
      pairs.push([a, c]);
      middles.push((corners[a] + corners[c]) / 2, (corners[a + 1] + corners[c + 1]) / 2);
    }
  }
  return { pairs, middles };
}

/** The pair of corners whose middle is sent farthest from the middle of its images; null if that is only rounding. */
function witnessOf(layers, corners, { pairs, middles }, limit) {
  const [outer, inner] = [outputOf(layers, corners), outputOf(layers, middles)];
  let [best, gap] = [-1, limit];
  pairs.forEach(([a, c], k) => {
    const far = Math.hypot(
      inner[2 * k] - (outer[a] + outer[c]) / 2,
      inner[2 * k + 1] - (outer[a + 1] + outer[c + 1]) / 2,
    );
    if (far > gap * (1 + 1e-9)) [best, gap] = [k, far];
  });
  if (best < 0) return null;
  const [a, c] = pairs[best];
  const at = (points, k) => [points[k], points[k + 1]];
  return {
    a: at(corners, a),
    m: at(middles, 2 * best),
    c: at(corners, c),
    f_a: at(outer, a),
    f_m: at(inner, 2 * best),
    f_c: at(outer, c),
    gap,
  };
}

const sameLayers = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What the engine found, if the chain rests where it was computed; else the same from here. */
export function lookAt(state) {
  const { layers, data } = state;
  const affine = layers.every(({ activation }) => activation === "none");
  if (sameLayers(layers, data.layers)) return { ...data.found, rests: true, affine };
  const outputs = outputOf(layers, data.points);
  const products = affine ? productsOf(layers) : [];
  const single = affine ? products[products.length - 1] : bestLayer(data.fitter, outputs);
  const distances = distancesOf(single, data.points, outputs);
  const trust = data.safety * roundingOf(layers, data.corners);
  return {
    rests: false,
    affine,
    products,
    single,
    distances,
    exact: Math.max(...distances) <= data.safety * roundingOf(layers, data.points),
    changed: changedBy(layers, data.points),
    witness: affine ? null : witnessOf(layers, data.corners, state.pairs, trust),
  };
}
