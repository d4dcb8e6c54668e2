// Canvases, windows and strokes of the stack board; the shape that goes through the chain. For stack_board.

import { fit, paletteOf } from "../shared/board.js";
import { clipped, disc as drawDisc, FONT, LABEL_FONT, rimmed, stroke } from "../shared/pen.js";
import { numeral } from "./words.js";

const REACH = 1.5;
const LINES = 7;
const PARTS = 48;
const LETTER = [
  [-0.5, -0.75],
  [-0.2, -0.75],
  [-0.2, -0.1],
  [0.3, -0.1],
  [0.3, 0.2],
  [-0.2, 0.2],
  [-0.2, 0.45],
  [0.5, 0.45],
  [0.5, 0.75],
  [-0.5, 0.75],
];

/** The grid's lines and the letter F, finely divided, as one list of points; runs: where each line begins and ends. */
export function sceneOf() {
  const points = [];
  const lines = [];
  const divide = (corners) => {
    const start = points.length / 2;
    corners.slice(1).forEach((end, k) => {
      const from = corners[k];
      const parts = Math.max(1, Math.ceil((Math.hypot(end[0] - from[0], end[1] - from[1]) / (2 * REACH)) * PARTS));
      for (let part = k ? 1 : 0; part <= parts; part += 1) {
        points.push(from[0] + ((end[0] - from[0]) * part) / parts, from[1] + ((end[1] - from[1]) * part) / parts);
      }
    });
    return [start, points.length / 2];
  };
  for (let k = 0; k < LINES; k += 1) {
    const at = -REACH + (2 * REACH * k) / (LINES - 1);
    lines.push(
      divide([
        [at, -REACH],
        [at, REACH],
      ]),
      divide([
        [-REACH, at],
        [REACH, at],
      ]),
    );
  }
  const border = divide([
    [-REACH, -REACH],
    [REACH, -REACH],
    [REACH, REACH],
    [-REACH, REACH],
    [-REACH, -REACH],
  ]);
  const letter = divide([...LETTER, LETTER[0]]);
  return { points: Float64Array.from(points), lines, border, letter };
}

/** Reads the page's layout and theme once, not at every frame: either makes the browser lay out the page anew. */
export function measureCanvases(state) {
  if (state.sides) return;
  const canvases = [state.layerCanvas, state.chainCanvas, ...state.panels.map(({ canvas }) => canvas)];
  state.palette = paletteOf(state);
  state.sides = new Map(
    canvases.map((canvas) => [canvas, Math.max(40, Math.min(canvas.parentElement.clientWidth, MOST_SIDE))]),
  );
  for (const [canvas, side] of state.sides) canvas.style.width = canvas.style.height = `${side}px`;
  state.offset = [state.layerCanvas.offsetLeft, state.layerCanvas.offsetTop];
}

/** The canvas cleared, in CSS pixels. */
export function square(state, canvas) {
  const side = state.sides.get(canvas);
  return { pen: fit(canvas, side, side).pen, side };
}

/** A picture of the square around x, y that reaches so far to each side. */
export function viewOf(side, { x: cx, y: cy, reach }, margin) {
  const size = side - 2 * margin;
  const unit = size / (2 * reach);
  return {
    side,
    cx,
    cy,
    reach,
    margin,
    size,
    unit,
    toPixel: (x, y) => [side / 2 + (x - cx) * unit, side / 2 - (y - cy) * unit],
    toPoint: (px, py) => [cx + (px - side / 2) / unit, cy + (side / 2 - py) / unit],
  };
}

/** A window around the points of several lists: the old one while they fill it well, else one with a little room. */
export function windowFor(lists, old) {
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (const points of lists) {
    for (let k = 0; k < points.length; k += 1) {
      low[k % 2] = Math.min(low[k % 2], points[k]);
      high[k % 2] = Math.max(high[k % 2], points[k]);
    }
  }
  const half = Math.max(high[0] - low[0], high[1] - low[1], 0.5) / 2;
  const fits = old && [old.x, old.y].every((at, k) => low[k] > at - old.reach && high[k] < at + old.reach);
  if (fits && half > 0.4 * old.reach) return old;
  const reach = roomFor(half);
  const round = (value) => (Math.round((8 * value) / reach) * reach) / 8;
  return { x: round((low[0] + high[0]) / 2), y: round((low[1] + high[1]) / 2), reach: 1.1 * reach };
}

/** The next of 1, 1.5, 2, 3, 4, 6, 8, 12 … (halves below) that leaves a little room. */
export function roomFor(extent) {
  const wanted = Math.max(1.1 * extent, 1e-6);
  const power = 2 ** Math.floor(Math.log2(wanted));
  return [1, 1.5, 2].map((factor) => factor * power).find((size) => size >= wanted);
}

function stepFor(reach) {
  const rough = reach / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
}

/** Paper, lines at round numbers, both axes; numbers: whether they are written. */
export function paintPaper(state, pen, view, numbers) {
  const { margin, size, reach, cx, cy } = view;
  pen.fillStyle = state.palette.surface;
  pen.fillRect(margin, margin, size, size);
  const step = stepFor(reach);
  pen.lineWidth = 1;
  pen.font = FONT;
  pen.textBaseline = "middle";
  [cx, cy].forEach((centre, axis) => {
    pen.textAlign = axis ? "right" : "center";
    for (let k = Math.ceil((centre - reach) / step); k <= (centre + reach) / step; k += 1) {
      const at = view.toPixel(k * step, k * step)[axis];
      const ends = axis
        ? [
            [margin, at],
            [margin + size, at],
          ]
        : [
            [at, margin],
            [at, margin + size],
          ];
      stroke(pen, ends, k === 0 ? state.palette.muted : state.palette.grid, 1);
      pen.fillStyle = state.palette.muted;
      if (numbers) pen.fillText(numeral(k * step), axis ? margin - 4 : at, axis ? at : margin + size + margin / 2);
    }
  });
}

/** Within the square of the paper. */
export function onPaper(pen, { margin, size }, draw) {
  clipped(pen, { left: margin, top: margin, wide: size, tall: size }, draw);
}

/** One path through all runs of a list of points. */
export function trace(pen, view, points, runs) {
  pen.beginPath();
  for (const [start, end] of runs) {
    for (let k = start; k < end; k += 1) {
      const [x, y] = view.toPixel(points[2 * k], points[2 * k + 1]);
      if (k === start) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
  }
}

export function disc(state, pen, place, radius, color, hollow = false) {
  const paper = state.palette.surface;
  if (hollow) drawDisc(pen, place, radius, paper, color);
  else drawDisc(pen, place, radius, color, paper);
}

/** Text with a rim of the paper's colour, kept within the picture. */
export function label(state, pen, view, text, [x, y], color) {
  pen.font = LABEL_FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const half = pen.measureText(text).width / 2 + 4;
  const inside = (value, room) => Math.max(view.margin + room, Math.min(value, view.side - view.margin - room));
  const place = [inside(x, half), inside(y, 10)];
  rimmed(pen, text, ...place, color, state.palette.surface);
}

const MOST_SIDE = 410;
