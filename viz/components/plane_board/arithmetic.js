// Two by two arithmetic. A map is {W: [a, b, c, d], b: [p, q], relu}: W row by row. For plane_board.

import { rotation } from "../shared/rotation.js";

const EXACT = 1e-7;
export const NEARLY_FLAT = 0.05;

export function product([a, b, c, d], [e, f, g, h]) {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}

export const affine = ({ W: [a, b, c, d], b: [p, q] }, [x, y]) => [a * x + b * y + p, c * x + d * y + q];

export const determinantOf = ([a, b, c, d]) => a * d - b * c;

export const degrees = (y, x) => (Math.atan2(y, x) * 180) / Math.PI;

export function isRotation([a, b, c, d]) {
  const off = Math.max(Math.abs(a * a + b * b - 1), Math.abs(c * c + d * d - 1), Math.abs(a * c + b * d));
  return off < 1e-9 && a * d > b * c;
}

/** The map at ``part`` of the way from "nothing moves": {W, b, pressed}; pressed is how far relu has gone. */
export function between({ W, b, relu }, part) {
  const [done, pressed] = relu ? [Math.min(2 * part, 1), Math.max(2 * part - 1, 0)] : [part, 0];
  if (done === 1) return { W, b, pressed };
  const mixed = W.map((entry, k) => (1 - done) * (k % 3 ? 0 : 1) + done * entry);
  const turned = isRotation(W) ? rotation(done * degrees(W[2], W[0])) : mixed;
  return { W: turned, b: b.map((entry) => done * entry), pressed };
}

/** relu, gone as far as ``pressed``: negative coordinates shrink to 0. */
export const press = ([x, y], pressed) => [x < 0 ? x * (1 - pressed) : x, y < 0 ? y * (1 - pressed) : y];

/** Corners under relu, with a corner more wherever a side crosses an axis and folds there. */
export function folded(points, pressed, closed) {
  if (!pressed) return points;
  const found = [];
  points.forEach((from, k) => {
    found.push(press(from, pressed));
    if (!closed && k === points.length - 1) return;
    const to = points[(k + 1) % points.length];
    const parts = [0, 1]
      .filter((axis) => from[axis] * to[axis] < 0)
      .map((axis) => from[axis] / (from[axis] - to[axis]));
    for (const part of parts.sort((one, other) => one - other)) {
      found.push(
        press(
          from.map((value, axis) => value + part * (to[axis] - value)),
          pressed,
        ),
      );
    }
  });
  return found;
}

/** Real eigenvalues, the larger first, and their directions; every: all directions keep their line. */
export function eigenOf(W) {
  const [a, b, c, d] = W;
  const [mean, half] = [(a + d) / 2, (a - d) / 2];
  const small = EXACT * Math.max(...W.map(Math.abs));
  const square = half * half + b * c;
  if (Math.max(Math.abs(b), Math.abs(c), Math.abs(half)) <= small) {
    return { values: [mean], directions: [[1, 0]], every: true };
  }
  if (square < -(small * small)) return { values: [], directions: [], every: false };
  const root = Math.sqrt(Math.max(square, 0));
  const values = square <= small * small ? [mean] : [mean + root, mean - root];
  return { values, directions: values.map((value) => keptBy(W, value)), every: false };
}

function keptBy([a, b, c, d], value) {
  const rows = [
    [a - value, b],
    [c, d - value],
  ];
  const sizes = rows.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y)));
  const [x, y] = rows[sizes[0] >= sizes[1] ? 0 : 1];
  const length = Math.hypot(x, y);
  const direction = [-y / length + 0, x / length + 0];
  const back = direction[0] < 0 || (direction[0] === 0 && direction[1] < 0);
  return back ? direction.map((value) => -value + 0) : direction;
}

/** Half axes of the unit circle's image, the longer first, and their directions (Blinn 1996). */
export function singularOf([a, b, c, d]) {
  const [turn, stretch] = [
    [(a + d) / 2, (c - b) / 2],
    [(a - d) / 2, (c + b) / 2],
  ];
  const [q, r] = [Math.hypot(...turn), Math.hypot(...stretch)];
  const angle = (Math.atan2(turn[1], turn[0]) + Math.atan2(stretch[1], stretch[0])) / 2;
  const first = [Math.cos(angle), Math.sin(angle)];
  return { values: [q + r, Math.abs(q - r)], axes: [first, [-first[1], first[0]]] };
}

export const rankOf = (singular) => singular.filter((value) => value > 1e-9 * Math.max(1, singular[0])).length;

/** relu's parts of all directions: kept, onto the first axis, onto the second, to the origin. */
export function directionShares({ W, b }) {
  const [[p, q], [r, s]] = [W.slice(0, 2), W.slice(2)];
  const zero = [!p && !q, !r && !s];
  if (zero[0] || zero[1]) {
    const [first, second] = zero.map((row, k) => (row ? Number(b[k] > 0) : 0.5));
    return [first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second)];
  }
  const turned = Math.atan2(Math.abs(determinantOf(W)), p * r + q * s);
  const [same, differ] = [(Math.PI - turned) / (2 * Math.PI), turned / (2 * Math.PI)];
  return [same, differ, differ, same];
}

/** relu's parts of an object: of its polygons' area, exactly, or of a picture's pixels by their middles. */
export const objectShares = (map, shape) =>
  shape.polygons ? areaShares(map, shape.polygons) : pointShares(map, shape.points);

function pointShares(map, points) {
  const counts = [0, 0, 0, 0];
  for (const point of points) {
    const [x, y] = affine(map, point);
    counts[(x > 0 ? 0 : 2) + (y > 0 ? 0 : 1)] += 1;
  }
  return counts.map((count) => count / (points.length || 1));
}

function areaShares(map, polygons) {
  const areaOf = (rows) => polygons.reduce((sum, polygon) => sum + area(aboveZero(map, polygon, rows)), 0);
  const whole = areaOf([]);
  const [first, second, both] = [[0], [1], [0, 1]].map((rows) => areaOf(rows) / whole);
  return [both, first - both, second - both, 1 - first - second + both];
}

/** Signed, by the shoelace formula. */
function area(polygon) {
  return polygon.reduce((sum, [x, y], k) => {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

/** The part of a polygon where these coordinates of W @ x + b are above 0. */
function aboveZero(map, polygon, rows) {
  return rows.reduce((left, row) => {
    const heights = left.map((point) => affine(map, point)[row]);
    return left.flatMap((corner, k) => {
      const [before, below] = [left.at(k - 1), heights.at(k - 1)];
      const part = below / (below - heights[k]);
      const cut =
        heights[k] > 0 === below > 0 ? [] : [corner.map((value, axis) => before[axis] + part * (value - before[axis]))];
      return heights[k] > 0 ? [...cut, corner] : cut;
    });
  }, polygon);
}

export const same = (one, other) => one.every((value, k) => value === other[k]);

export const sameMap = (one, other) => same(one.W, other.W) && same(one.b, other.b) && one.relu === other.relu;
