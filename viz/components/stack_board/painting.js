// What the stack board shows: the strip, the selected layer with its handles, the chain with the single layer over it.

import { arrow, newPath, stroke } from "../shared/pen.js";
import { extentOf, morphed, shifted, statesOf, stopsOf } from "./chain.js";
import { chosen, handleAt } from "./chain_settings.js";
import { disc, label, onPaper, paintPaper, roomFor, square, trace, viewOf, windowFor } from "./pictures.js";
import { pair } from "./words.js";

const MARGIN = 34;

/** Everything at every stop: the shape, the sample points, the three points of the proof. */
export function moveScene(state, seen) {
  const { layers, data } = state;
  const stops = stopsOf(layers);
  const proof = seen.witness ? [...seen.witness.a, ...seen.witness.m, ...seen.witness.c] : [];
  state.moved = {
    stops,
    shape: statesOf(layers, stops, state.scene.points),
    points: statesOf(layers, stops, data.points),
    proof: statesOf(layers, stops, proof),
  };
}

const at = (state, name, position) => morphed(state.layers, state.moved.stops, state.moved[name], position);

export function shownPoints(state) {
  return [...at(state, "points", Number(state.position.value))];
}

/** The stop after a layer, counted from 0; -1: the input. */
function stopAfter(state, layer) {
  return state.moved.stops.findLastIndex((stop) => stop.layer === layer);
}

/**
 * What each picture shows. common: the reach of the strip, around 0. layer: the reach of the selected layer's picture,
 * around 0. windows: one for each stop of the chain. While a handle is dragged its picture stands still, and the strip
 * only grows.
 */
export function measureScales(state, seen) {
  const { moved, dragging, selected } = state;
  const handles = ["b", "0", "1"].map((name) => extentOf(handleAt(chosen(state), name)));
  const stop = stopAfter(state, selected);
  const before = moved.stops[stop].kind === "affine" ? 0 : extentOf(moved.shape[stop - 1]);
  const layer = Math.max(extentOf(moved.shape[stop]), before, ...handles);
  const common = Math.max(roomFor(Math.max(layer, ...moved.shape.map(extentOf))), dragging?.common ?? 0);
  const own = roomFor(Math.max(layer, 0.5));
  const last = moved.stops.length - 1;
  const single = shifted(seen.single.W, seen.single.b, state.scene.points);
  const windows = moved.shape.map((shape, k) =>
    windowFor(k === last ? [shape, moved.proof[k], single] : [shape, moved.proof[k]], state.scales?.windows[k]),
  );
  state.scales = { common, layer: dragging?.layer ?? (state.common.checked ? common : own), windows };
}

/** The window at a position: between two stops it glides from one's to the other's. */
function windowAt(state, position) {
  if (state.common.checked) return { x: 0, y: 0, reach: state.scales.common };
  const from = Math.floor(position);
  const [one, other] = [0, 1].map((k) => state.scales.windows[Math.min(from + k, state.scales.windows.length - 1)]);
  const part = position - from;
  const mix = (name) => one[name] + part * (other[name] - one[name]);
  return { x: mix("x"), y: mix("y"), reach: one.reach * (other.reach / one.reach) ** part };
}

export function paintStrip(state) {
  state.panels.forEach(({ canvas, panel, label: words }, k) => {
    const stop = stopAfter(state, k - 1);
    const { pen, side } = square(state, canvas);
    const view = viewOf(side, { x: 0, y: 0, reach: state.scales.common }, 1);
    paintPaper(state, pen, view, false);
    onPaper(pen, view, () => {
      paintShape(state, pen, view, state.moved.shape[stop], 1);
      if (k - 1 === state.selected) paintArrows(state, pen, view, state.layers[k - 1], 1.75);
    });
    if (k) panel.setAttribute("aria-label", `${words.textContent}: select it`);
  });
}

function paintShape(state, pen, view, shape, weight) {
  const { palette, scene } = state;
  trace(pen, view, shape, scene.lines);
  pen.strokeStyle = palette.mesh;
  pen.lineWidth = weight;
  pen.stroke();
  trace(pen, view, shape, [scene.letter]);
  pen.fillStyle = palette.data;
  pen.globalAlpha = 0.3;
  pen.fill();
  pen.globalAlpha = 1;
  outline(state, pen, view, shape, palette.data, weight * 1.5);
}

/** Border and letter; where all of it is one point, a dot, and for a dashed outline a ring. */
function outline(state, pen, view, shape, color, width, dash = []) {
  const place = view.toPixel(shape[0], shape[1]);
  if (shape.every((value, k) => Math.abs(value - shape[k % 2]) * view.unit < 1)) {
    if (dash.length === 0) return disc(state, pen, place, 5, color);
    pen.beginPath();
    pen.arc(...place, 9, 0, 7);
    pen.strokeStyle = color;
    pen.lineWidth = width;
    return pen.stroke();
  }
  trace(pen, view, shape, [state.scene.border, state.scene.letter]);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.stroke();
  return pen.setLineDash([]);
}

/** b from the origin, and from its tip the columns of W: where (1, 0) and (0, 1) go. */
function paintArrows(state, pen, view, layer, width) {
  const [origin, b, first, second] = [[0, 0], ...["b", "0", "1"].map((name) => handleAt(layer, name))].map((place) =>
    view.toPixel(...place),
  );
  stroke(pen, [origin, b], state.palette.weights, width * 0.8, [5, 4]);
  for (const tip of [first, second]) arrow(pen, b, tip, state.palette.weights, { width });
  return { b, first, second };
}

export function paintLayer(state) {
  const layer = chosen(state);
  const number = state.selected + 1;
  const { pen, side } = square(state, state.layerCanvas);
  const view = viewOf(side, { x: 0, y: 0, reach: state.scales.layer }, MARGIN);
  state.layerView = view;
  const stop = stopAfter(state, state.selected);
  const bends = layer.activation !== "none";
  paintPaper(state, pen, view, true);
  onPaper(pen, view, () => {
    if (bends) outline(state, pen, view, state.moved.shape[stop - 1], state.palette.muted, 1.5, [2, 4]);
    paintShape(state, pen, view, state.moved.shape[stop], 1.25);
    paintDots(state, pen, view, state.moved.points[stop]);
    const { b, first, second } = paintArrows(state, pen, view, layer, 3);
    const beyond = ([x, y]) => {
      const length = Math.hypot(x - b[0], y - b[1]) || 1;
      return [x + ((x - b[0]) / length) * 36, y + ((y - b[1]) / length) * 20];
    };
    for (const tip of [first, second]) disc(state, pen, tip, 6, state.palette.weights, true);
    disc(state, pen, b, 7, state.palette.weights);
    [first, second].forEach((tip, k) => {
      if (Math.hypot(tip[0] - b[0], tip[1] - b[1]) > 3) {
        label(state, pen, view, `W[:, ${k}]`, beyond(tip), state.palette.weights);
      }
    });
    label(state, pen, view, "b", [b[0] - 13, b[1] + 13], state.palette.weights);
  });
  placeHandles(state, view, layer, number);
}

function placeHandles(state, view, layer, number) {
  const [left, top] = state.offset;
  for (const handle of state.handles) {
    const name = handle.dataset.handle;
    const place = handleAt(layer, name);
    const [x, y] = view.toPixel(...place);
    handle.style.transform = `translate(${left + x - 22}px, ${top + y - 22}px)`;
    const what =
      name === "b"
        ? `b of layer ${number}, ${pair(layer.b)}`
        : `Column ${name} of W of layer ${number}, ${pair([layer.W[Number(name)], layer.W[2 + Number(name)]])}`;
    handle.setAttribute("aria-label", `${what}; move with the arrow keys`);
  }
}

function paintDots(state, pen, view, points) {
  pen.fillStyle = state.palette.data;
  for (let k = 0; k < points.length; k += 2) {
    const [x, y] = view.toPixel(points[k], points[k + 1]);
    pen.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
  }
}

export function paintChain(state, seen) {
  const position = Number(state.position.value);
  const { pen, side } = square(state, state.chainCanvas);
  const view = viewOf(side, windowAt(state, position), MARGIN);
  const ends = position >= state.moved.stops.length - 1;
  const points = at(state, "points", position);
  const over = ends && state.overlay.checked;
  paintPaper(state, pen, view, true);
  onPaper(pen, view, () => {
    paintShape(state, pen, view, at(state, "shape", position), 1.25);
    paintDots(state, pen, view, points);
    if (over) paintSingle(state, pen, view, seen, points);
    if (seen.witness) paintProof(state, pen, view, at(state, "proof", position), ends);
  });
}

/** What the single layer makes of the shape, and every sample point that disagrees joined with its place there. */
function paintSingle(state, pen, view, seen, points) {
  const { palette } = state;
  const { W, b } = seen.single;
  const single = shifted(W, b, state.data.points);
  const [ways, crosses] = [newPath(), newPath()];
  seen.distances.forEach((distance, k) => {
    if (distance <= seen.tolerance) return;
    const [x, y] = view.toPixel(points[2 * k], points[2 * k + 1]);
    ways.moveTo(x, y);
    ways.lineTo(...view.toPixel(single[2 * k], single[2 * k + 1]));
    for (const way of [2, -2]) {
      crosses.moveTo(x - 2, y - way);
      crosses.lineTo(x + 2, y + way);
    }
  });
  pen.strokeStyle = palette.loss;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.35;
  pen.stroke(ways);
  pen.globalAlpha = 1;
  pen.lineWidth = 1.25;
  pen.stroke(crosses);
  const shape = shifted(W, b, state.scene.points);
  outline(state, pen, view, shape, palette.prediction, 2.5, [7, 5]);
}

/** a, m, c: on one line at first, m in the middle. At the output also the middle of f(a) and f(c). */
function paintProof(state, pen, view, proof, ends) {
  const { palette } = state;
  const [a, m, c] = [0, 2, 4].map((k) => view.toPixel(proof[k], proof[k + 1]));
  stroke(pen, [a, m, c], palette.truth, 2);
  if (ends) {
    const middle = [(a[0] + c[0]) / 2, (a[1] + c[1]) / 2];
    stroke(pen, [a, c], palette.truth, 1.5, [4, 4]);
    stroke(pen, [middle, m], palette.loss, 3.5);
    disc(state, pen, middle, 6, palette.truth, true);
  }
  const name = (letter) => (ends ? `f(${letter})` : letter);
  [
    [a, "a"],
    [m, "m"],
    [c, "c"],
  ].forEach(([place, letter]) => {
    disc(state, pen, place, 6, palette.truth);
    label(state, pen, view, name(letter), [place[0], place[1] + (letter === "m" ? 16 : -16)], palette.truth);
  });
}
