// Canvas paths as SVG path data, in the canvas's own pixels.

import { round } from "./tags.js";

/** Where a matrix takes a point. */
export function placed({ a, b, c, d, e, f }, x, y) {
  return `${round(a * x + c * y + e)} ${round(b * x + d * y + f)}`;
}

/** A part of an ellipse as cubic curves of at most a quarter each. */
function arc(path, matrix, [x, y, rx, ry, turn, from, to, backwards]) {
  const full = 2 * Math.PI;
  let sweep = to - from;
  if (backwards ? sweep <= -full : sweep >= full) sweep = backwards ? -full : full;
  else sweep = backwards ? -((((from - to) % full) + full) % full) : ((sweep % full) + full) % full;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const at = (u, v) => placed(matrix, x + rx * u * cos - ry * v * sin, y + rx * u * sin + ry * v * cos);
  const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-9));
  const step = sweep / pieces;
  const pull = (4 / 3) * Math.tan(step / 4);
  let data = `${path ? "L" : "M"}${at(Math.cos(from), Math.sin(from))}`;
  for (let k = 0; k < pieces; k += 1) {
    const [a, b] = [from + k * step, from + (k + 1) * step];
    const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    data += `C${at(ca - pull * sa, sa + pull * ca)} ${at(cb + pull * sb, sb - pull * cb)} ${at(cb, sb)}`;
  }
  return data;
}

/** A rectangle's path. */
export function box(_path, matrix, [x, y, wide, tall]) {
  const corners = [
    [x, y],
    [x + wide, y],
    [x + wide, y + tall],
    [x, y + tall],
  ].map(([u, v]) => placed(matrix, u, v));
  return `M${corners.join("L")}Z`;
}

function roundBox(_path, matrix, [x, y, wide, tall, radii = 0]) {
  const r = Math.min(Number(Array.isArray(radii) ? radii[0] : radii), wide / 2, tall / 2);
  const right = Math.PI / 2;
  const quarter = (data, cx, cy, k) => data + arc(data, matrix, [cx, cy, r, r, 0, k * right, (k + 1) * right]);
  const corners = [
    [x + wide - r, y + r, 3],
    [x + wide - r, y + tall - r, 0],
    [x + r, y + tall - r, 1],
    [x + r, y + r, 2],
  ];
  return `${corners.reduce((data, corner) => quarter(data, ...corner), "")}Z`;
}

/** What each command adds to a path, from the matrix and its values. */
export const STEPS = {
  moveTo: (_path, matrix, [x, y]) => `M${placed(matrix, x, y)}`,
  lineTo: (path, matrix, [x, y]) => `${path ? "L" : "M"}${placed(matrix, x, y)}`,
  quadraticCurveTo: (_path, matrix, [a, b, x, y]) => `Q${placed(matrix, a, b)} ${placed(matrix, x, y)}`,
  bezierCurveTo: (_path, matrix, [a, b, c, d, x, y]) =>
    `C${placed(matrix, a, b)} ${placed(matrix, c, d)} ${placed(matrix, x, y)}`,
  arc: (path, matrix, [x, y, r, from, to, backwards]) => arc(path, matrix, [x, y, r, r, 0, from, to, backwards]),
  ellipse: arc,
  rect: box,
  roundRect: roundBox,
  closePath: (path) => (path ? "Z" : ""),
};
