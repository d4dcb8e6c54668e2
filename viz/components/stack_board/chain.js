// What a chain of layers does to points, at every stop and between stops. Points are flat: x, y, x, y. For stack_board.

export const BENDS = { none: (z) => z, relu: (z) => (z > 0 ? z : 0), tanh: Math.tanh };

/** W @ x + b for every point; W: four numbers, row-major. */
export function shifted([w00, w01, w10, w11], [b0, b1], points) {
  const found = new Float64Array(points.length);
  for (let k = 0; k < points.length; k += 2) {
    const [x, y] = [points[k], points[k + 1]];
    found[k] = w00 * x + w01 * y + b0;
    found[k + 1] = w10 * x + w11 * y + b1;
  }
  return found;
}

/** Where the morph stops: the input, then W @ x + b of each layer and, if it has one, its activation. */
export function stopsOf(layers) {
  const stops = [{ layer: -1, kind: "input" }];
  layers.forEach(({ activation }, layer) => {
    stops.push({ layer, kind: "affine" });
    if (activation !== "none") stops.push({ layer, kind: activation });
  });
  return stops;
}

/** The points at every stop. */
export function statesOf(layers, stops, points) {
  const states = [Float64Array.from(points)];
  for (const { layer, kind } of stops.slice(1)) {
    const before = states[states.length - 1];
    states.push(kind === "affine" ? shifted(layers[layer].W, layers[layer].b, before) : before.map(BENDS[kind]));
  }
  return states;
}

export function outputOf(layers, points) {
  return layers.reduce((at, { W, b, activation }) => {
    const next = shifted(W, b, at);
    return activation === "none" ? next : next.map(BENDS[activation]);
  }, points);
}

/**
 * W on its way from the identity: W = R S with a rotation R and a symmetric S (polar decomposition); R turns by a part
 * of its angle while S grows from the identity, so that a rotation turns and does not shrink on the way.
 */
function partOfW([a, b, c, d], part) {
  // || 0: the angle of −0 would be π.
  const angle = Math.atan2(c - b || 0, a + d || 0);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const symmetric = [cos * a + sin * c, cos * b + sin * d, cos * c - sin * a, cos * d - sin * b];
  const [s00, s01, s10, s11] = symmetric.map((value, k) => part * value + (k % 3 === 0 ? 1 - part : 0));
  const [turn, rise] = [Math.cos(part * angle), Math.sin(part * angle)];
  return [turn * s00 - rise * s10, turn * s01 - rise * s11, rise * s00 + turn * s10, rise * s01 + turn * s11];
}

/** The points at a position from 0, the input, to the last stop; between stops partly moved. */
export function morphed(layers, stops, states, position) {
  const from = Math.min(Math.floor(position), stops.length - 1);
  const part = position - from;
  if (part === 0) return states[from];
  const { layer, kind } = stops[from + 1];
  if (kind === "affine") {
    const { W, b } = layers[layer];
    return shifted(
      partOfW(W, part),
      b.map((value) => value * part),
      states[from],
    );
  }
  return states[from].map((value, k) => value + part * (states[from + 1][k] - value));
}

/** Largest absolute coordinate. */
export function extentOf(points) {
  let most = 0;
  for (const value of points) most = Math.max(most, Math.abs(value));
  return most;
}

/** The determinant; a difference that the rounding of typed decimals and their products could make is 0. */
export function determinant([a, b, c, d]) {
  const [one, other] = [a * d, b * c];
  const found = one - other;
  return Math.abs(found) <= 2 ** -51 * (Math.abs(one) + Math.abs(other)) ? 0 : found;
}
