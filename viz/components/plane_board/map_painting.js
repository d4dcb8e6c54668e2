// The plane under a map: the grid that moves, the object, the unit square, the circle, directions kept, W's columns.

import { clipped, stroke, trace } from "../shared/pen.js";
import {
  affine,
  between,
  determinantOf,
  directionShares,
  eigenOf,
  folded,
  objectShares,
  press,
  rankOf,
  sameMap,
  singularOf,
} from "./arithmetic.js";
import { NOTHING } from "./families.js";
import { placeHandles } from "./handles.js";
import { showControls } from "./map_controls.js";
import { arrow, disc, faint, gridValues, grip, label, paper, sheet, spacing } from "./painting.js";
import { paintPicture } from "./pictures.js";
import { determinantText, determinantWords, number, vector } from "./words.js";

const SQUARE = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const CIRCLE = Array.from({ length: 120 }, (_, k) => [Math.cos((k * Math.PI) / 60), Math.sin((k * Math.PI) / 60)]);
// How much of the axes' colours the moved grid has: 3 : 1 against the paper takes 0.7.
const SHEET = 0.75;

/** The measures of the map: the engine's once it has answered for exactly this one, else those computed here. */
function measuresOf(state) {
  const {
    map,
    chosen,
    data: { found },
  } = state;
  const rests = !state.holding && sameMap(map, found.map) && chosen === found.chosen;
  if (rests) return { ...found, rests };
  const singular = singularOf(map.W).values;
  return {
    rests,
    determinant: determinantOf(map.W),
    rank: rankOf(singular),
    eigen: eigenOf(map.W),
    singular,
    shares: [directionShares(map), objectShares(map, state.shapes[chosen])],
  };
}

export function paintMap(state) {
  const pen = sheet(state, state.root.clientWidth < 700 ? 360 : 520);
  const { view, layers } = state;
  const now = measuresOf(state);
  state.stage = between(state.map, state.part);
  paper(state, pen);
  clipped(pen, view, () => {
    paintSheet(state, pen);
    const shape = state.shapes[state.chosen];
    if (layers.before) paintBefore(state, pen, shape);
    paintShape(state, pen, shape);
    if (layers.area) paintSquare(state, pen);
    if (layers.ellipse) paintEllipse(state, pen);
    if (layers.eigen) paintDirections(state, pen);
    paintColumns(state, pen);
    paintLabels(state, pen);
  });
  placeHandles(state);
  state.handles.forEach(({ button }) => {
    button.hidden = state.part < 1;
  });
  showControls(state, now);
  describe(state, now);
}

function describe(state, now) {
  const { map, part, stage } = state;
  const title = state.objects.selectedOptions[0]?.text ?? "";
  const moved = `W = [[${map.W.slice(0, 2).map(number)}], [${map.W.slice(2).map(number)}]], b = ${vector(map.b)}`;
  state.canvas.setAttribute(
    "aria-label",
    `${title} under ${moved}${map.relu ? ", then relu" : ""}. Determinant ` +
      `${determinantWords(now.determinant, now.singular, now.rank, map.relu)}.`,
  );
  Object.assign(state.root.dataset, {
    w: map.W.join(),
    b: map.b.join(),
    relu: String(map.relu),
    part: String(part),
    rests: String(now.rests),
    preset: state.preset,
    chosen: state.chosen,
    determinant: String(now.determinant),
    rank: String(now.rank),
    values: now.eigen.values.join(),
    directions: now.eigen.directions.join(),
    singular: now.singular.join(),
    shares: now.shares.join(),
    stage: [...stage.W, ...stage.b, stage.pressed].join(),
  });
}

/** Points of the plane under the map as it is just now, in pixels. */
function images(state, points, closed = true) {
  const moved = points.map((point) => affine(state.stage, point));
  return folded(moved, state.stage.pressed, closed).map((point) => state.view.toPixel(...point));
}

/** The grid of the paper, moved: lines along the first axis in its colour, lines along the second in the other. */
function paintSheet(state, pen) {
  const {
    view,
    palette,
    data: { axes },
  } = state;
  const step = spacing(view.up);
  const far = Math.floor(view.up / step) * step;
  for (const axis of [0, 1]) {
    for (const value of gridValues(far, step)) {
      const ends = [-far, far].map((end) => (axis ? [value, end] : [end, value]));
      faint(pen, value ? SHEET : 0.95, () =>
        stroke(pen, images(state, ends, false), palette[axes[axis]], value ? 1 : 2),
      );
    }
  }
}

function paintShape(state, pen, shape) {
  if (shape.pixels) {
    paintPicture(state, pen, shape, state.stage);
    return;
  }
  const { prediction } = state.palette;
  for (const polygon of shape.polygons) {
    const places = images(state, polygon);
    faint(pen, 0.42, () => {
      pen.fillStyle = prediction;
      trace(pen, places);
      pen.fill();
    });
    stroke(pen, [...places, places[0]], prediction, 2);
  }
}

function paintBefore(state, pen, shape) {
  const { view, palette } = state;
  if (shape.pixels) {
    faint(pen, 0.3, () => paintPicture(state, pen, shape, { W: NOTHING, b: [0, 0], pressed: 0 }));
    return;
  }
  for (const polygon of shape.polygons) {
    const places = polygon.map((point) => view.toPixel(...point));
    stroke(pen, [...places, places[0]], palette.muted, 1.5, [3, 4]);
  }
}

/** The unit square's image: its area is the determinant; dashed if the plane is turned over. */
function paintSquare(state, pen) {
  const { palette, stage } = state;
  const places = images(state, SQUARE);
  faint(pen, 0.15, () => {
    pen.fillStyle = palette.text;
    trace(pen, places);
    pen.fill();
  });
  const flipped = determinantOf(stage.W) < 0;
  stroke(pen, [...places, places[0]], palette.text, 2, flipped ? [7, 5] : []);
}

function paintEllipse(state, pen) {
  const { palette, stage, view } = state;
  const before = CIRCLE.map((point) => view.toPixel(...point));
  stroke(pen, [...before, before[0]], palette.muted, 1.5, [3, 4]);
  const places = images(state, CIRCLE);
  stroke(pen, [...places, places[0]], palette.gradient, 3);
  const { values, axes } = singularOf(stage.W);
  axes.forEach((axis, k) => {
    const ends = [0, 1].map((far) => stage.b.map((value, row) => value + far * values[k] * axis[row]));
    stroke(
      pen,
      folded(ends, stage.pressed, false).map((point) => view.toPixel(...point)),
      palette.gradient,
      2,
      [2, 4],
    );
  });
}

/** Lines that keep their direction, through where the origin goes; the arrow is a unit vector's image. */
function paintDirections(state, pen) {
  const { palette, stage, view } = state;
  const { values, directions, every } = eigenOf(stage.W);
  if (every) return;
  directions.forEach((direction, k) => {
    const at = (far) => stage.b.map((value, row) => value + far * direction[row]);
    const far = 3 * (view.across + view.up);
    stroke(
      pen,
      [-far, far].map((end) => view.toPixel(...at(end))),
      palette.surface,
      4,
    );
    stroke(
      pen,
      [-far, far].map((end) => view.toPixel(...at(end))),
      palette.text,
      2,
      [10, 6],
    );
    arrow(state, pen, at(0), at(values[k]), palette.text, { width: 3 });
  });
}

/** b from the origin, and from its head the columns of W: where [1, 0] and [0, 1] go. */
function paintColumns(state, pen) {
  const {
    palette,
    stage: { W, b },
    data: { axes },
    part,
  } = state;
  const heads = [0, 1].map((k) => [W[k] + b[0], W[2 + k] + b[1]]);
  if (part === 1) {
    grip(state, pen, b, palette.text);
    heads.forEach((head, k) => grip(state, pen, head, palette[axes[k]]));
  }
  arrow(state, pen, [0, 0], b, palette.text, { width: 3 });
  heads.forEach((head, k) => arrow(state, pen, b, head, palette[axes[k]], { width: 5 }));
  disc(state, pen, state.view.toPixel(...b), 5, palette.text);
}

function paintLabels(state, pen) {
  const {
    palette,
    layers,
    stage,
    data: { axes },
  } = state;
  const { W, b, pressed } = stage;
  for (const k of [0, 1]) {
    const column = [W[k], W[2 + k]];
    label(
      state,
      pen,
      `W[:, ${k}]`,
      column.map((value, row) => value + b[row]),
      palette[axes[k]],
      column,
    );
  }
  if (b.some(Boolean)) label(state, pen, "b", b, palette.text, b);
  if (layers.area) {
    const middle = press(affine(stage, [0.5, 0.5]), pressed);
    label(
      state,
      pen,
      pressed ? "unit square" : `area ${determinantText(determinantOf(W))}`,
      middle,
      palette.text,
      [0, 1],
    );
  }
  if (layers.eigen) {
    const { values, directions, every } = eigenOf(W);
    directions.forEach((direction, k) => {
      const at = direction.map((value, row) => b[row] + 0.8 * state.view.up * (k ? -1 : 1) * value);
      if (!every) label(state, pen, `λ = ${number(values[k])}`, at, palette.text, [-direction[1], direction[0]]);
    });
  }
  if (!layers.ellipse) return;
  const { values, axes: ways } = singularOf(W);
  ways.forEach((way, k) => {
    const at = press(
      b.map((value, row) => value + values[k] * way[row]),
      pressed,
    );
    label(state, pen, `σ = ${number(values[k])}`, at, palette.gradient, way);
  });
}
