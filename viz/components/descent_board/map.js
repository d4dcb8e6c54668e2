// The surface from above with its contour lines, or the curve from the side, and the paths on it. For descent_board.

import { fit } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { axes, clipped, FONT } from "../shared/pen.js";
import { ticks } from "../shared/ticks.js";
import { paintArrows } from "./arrows.js";
import { sheetFor } from "./settings.js";
import { interpolated } from "./words.js";

const MAP_PADDING = { left: 46, right: 12, top: 10, bottom: 40 };
const CONTOURS = 14;
const FAR = 4000;

/** The finite values in order: colours and contour lines are spread evenly over the area by their ranks. */
function ranked(values) {
  const sorted = values.filter(Number.isFinite).sort();
  const last = Math.max(sorted.length - 1, 1);
  return {
    sorted,
    all: sorted.length === values.length,
    low: sorted[0] ?? 0,
    high: sorted.at(-1) ?? 1,
    at: (part) => sorted[Math.min(Math.round(part * last), sorted.length - 1)] ?? 0,
  };
}

export function prepareMap(state) {
  const { window: sides } = state.data.surface;
  const curve = sides.length === 1;
  const width = state.map.parentElement.clientWidth;
  const height = curve ? (state.narrow ? 300 : 400) : Math.min(width, state.narrow ? 360 : 460);
  state.mapSheet = fit(state.map, height);
  state.rank = ranked(state.values);
  state.view = mapView(sides[0], curve ? curveWindow(state.rank) : sides[1], width, height, curve);
  const { paper, pen } = sheetFor(state.mapSheet);
  state.mapPaper = paper;
  if (curve) paintCurve(state, pen);
  else {
    paintHeat(state, pen);
    paintContours(state, pen);
  }
  paintAxes(state, pen);
  state.hint = [
    curve ? "" : "The redder, the lower; lines of equal loss.",
    state.data.surface.minima.length ? "×: known minimum." : "",
    state.rank.all ? "" : "Grey: undefined.",
    curve
      ? "Click, or use the left and right arrow keys, to start elsewhere."
      : "Click, or use the arrow keys, to start elsewhere.",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Heights to show of a curve: all of it, unless a few extreme values would flatten the rest. */
function curveWindow({ low, high, at }) {
  const usual = at(0.98) - at(0.02) || Math.abs(high) || 1;
  const [bottom, top] = [Math.max(low, at(0.02) - usual / 2), Math.min(high, at(0.98) + usual / 2)];
  const margin = 0.08 * (top - bottom || 2 * usual);
  return [bottom - margin, top + margin];
}

function mapView([x0, x1], [y0, y1], width, height, curve) {
  const { left, right, top, bottom } = MAP_PADDING;
  const wide = width - left - right;
  const tall = height - top - bottom;
  return {
    left,
    top,
    wide,
    tall,
    x0,
    x1,
    y0,
    y1,
    curve,
    toPixel: (x, y) => [left + ((x - x0) / (x1 - x0)) * wide, top + (1 - (y - y0) / (y1 - y0)) * tall],
    toPoint: (px, py) => {
      const point = [x0 + ((px - left) / wide) * (x1 - x0), y0 + (1 - (py - top) / tall) * (y1 - y0)];
      return curve ? [point[0]] : point;
    },
  };
}

function paintHeat(state, pen) {
  const { resolution: n } = state.data.surface;
  const image = new ImageData(n, n);
  const [low, paper, grey] = ["loss", "surface", "edge"].map((name) => channelsOf(state.palette[name]));
  state.values.forEach((value, cell) => {
    const at = 4 * ((n - 1 - Math.floor(cell / n)) * n + (cell % n));
    const strength = Number.isFinite(value) ? 0.5 * (1 - rankOf(state.rank.sorted, value)) ** 1.5 : 0;
    const to = Number.isFinite(value) ? low : grey;
    for (let k = 0; k < 3; k += 1) {
      image.data[at + k] = Number.isFinite(value) ? paper[k] + (to[k] - paper[k]) * strength : grey[k];
    }
    image.data[at + 3] = 255;
  });
  const small = document.createElement("canvas");
  small.width = small.height = n;
  small.getContext("2d").putImageData(image, 0, 0);
  const { left, top, wide, tall } = state.view;
  // Each value belongs to the middle of its cell and the window ends at the outermost ones: half a cell is cut off.
  pen.drawImage(small, 0.5, 0.5, n - 1, n - 1, left, top, wide, tall);
}

/** The part of the sorted values below a value, 0 to 1. */
function rankOf(sorted, value) {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return Math.min(from / Math.max(sorted.length - 1, 1), 1);
}

export function channelsOf(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** Marching squares: within each grid cell the straight piece on which the interpolated function has the level. */
function paintContours(state, pen) {
  const { resolution: n } = state.data.surface;
  const { left, top, wide, tall } = state.view;
  const levels = Array.from({ length: CONTOURS }, (_, k) => state.rank.at((k + 0.5) / CONTOURS));
  const corner = new Float64Array(4);
  pen.strokeStyle = state.palette.muted;
  pen.lineWidth = 0.8;
  pen.globalAlpha = 0.7;
  pen.beginPath();
  for (let row = 0; row + 1 < n; row += 1) {
    for (let column = 0; column + 1 < n; column += 1) {
      const at = row * n + column;
      corner.set([state.values[at], state.values[at + 1], state.values[at + n + 1], state.values[at + n]]);
      if (!corner.every(Number.isFinite)) continue;
      const [least, most] = [Math.min(...corner), Math.max(...corner)];
      for (const level of levels) {
        if (level <= least || level > most) continue;
        let cuts = 0;
        for (let side = 0; side < 4; side += 1) {
          const [a, b] = [corner[side], corner[(side + 1) % 4]];
          if (a < level === b < level) continue;
          const part = (level - a) / (b - a);
          const along = [part, 1, 1 - part, 0][side];
          const up = [0, part, 1, 1 - part][side];
          const x = left + ((column + along) / (n - 1)) * wide;
          const y = top + (1 - (row + up) / (n - 1)) * tall;
          if (cuts % 2) pen.lineTo(x, y);
          else pen.moveTo(x, y);
          cuts += 1;
        }
      }
    }
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

function paintCurve(state, pen) {
  const { left, top, wide, tall, x0, x1, y0, y1 } = state.view;
  const last = state.values.length - 1;
  const xOf = (k) => left + (k / last) * wide;
  pen.save();
  pen.beginPath();
  pen.rect(left, top, wide, tall);
  pen.clip();
  pen.fillStyle = state.palette.edge;
  for (let k = 0; k <= last; k += 1) {
    const from = k;
    while (k <= last && !Number.isFinite(state.values[k])) k += 1;
    if (k > from) pen.fillRect(xOf(from - 0.5), top, xOf(k - 0.5) - xOf(from - 0.5), tall);
  }
  pen.strokeStyle = state.palette.loss;
  pen.lineWidth = 2.5;
  pen.lineJoin = "round";
  pen.beginPath();
  let before = NaN;
  state.values.forEach((value, k) => {
    const [x, y] = state.view.toPixel(x0 + (k / last) * (x1 - x0), value);
    // From beyond one edge of the picture to beyond the other in one step: a pole, not a slope.
    const pole = (before > y1 && value < y0) || (before < y0 && value > y1);
    if (Number.isFinite(before) && Number.isFinite(value) && !pole) pen.lineTo(x, y);
    else if (Number.isFinite(value)) pen.moveTo(x, y);
    before = value;
  });
  pen.stroke();
  pen.restore();
}

function paintAxes(state, pen) {
  const { left, top, wide, tall, x0, x1, y0, y1, curve } = state.view;
  pen.font = FONT;
  pen.strokeStyle = state.palette.edge;
  pen.lineWidth = 1;
  pen.strokeRect(left, top, wide, tall);
  axes(pen, state.view, state.palette, {
    xs: ticks(x0, x1, 6).map((x) => [state.view.toPixel(x, y0)[0], number(x)]),
    ys: ticks(y0, y1, 6).map((y) => [state.view.toPixel(x0, y)[1], number(y)]),
    across: "x",
    up: curve ? "loss f(x)" : "y",
    title: 29,
  });
}

export function paintMap(state, step) {
  const { pen: context, width, height } = state.mapSheet;
  context.clearRect(0, 0, width, height);
  context.drawImage(state.mapPaper, 0, 0, width, height);
  clipped(context, state.view, () => {
    for (const minimum of state.data.surface.minima) paintCross(context, state, minimum);
    for (const method of state.methods) paintPath(state, context, method, step);
    paintStart(state, context);
  });
  paintArrows(state, context, step);
}

/** Pixels of a run's points; on a curve the height is the loss there. */
function projectRun({ view }, run) {
  const scaleX = view.wide / (view.x1 - view.x0);
  const scaleY = view.tall / (view.y1 - view.y0);
  const across = view.curve ? run.losses : run.axes[1];
  const keep = (pixel) => Math.max(-FAR, Math.min(FAR, pixel));
  const count = Math.min(run.end + 1, run.px.length);
  for (let t = 0; t < count; t += 1) {
    run.px[t] = keep(view.left + (run.axes[0][t] - view.x0) * scaleX);
    run.py[t] = keep(view.top + (view.y1 - across[t]) * scaleY);
  }
}

function paintPath(state, context, { run, color, dashes, key }, step) {
  projectRun(state, run);
  const now = Math.min(step, run.end - 1);
  context.strokeStyle = context.fillStyle = state.palette[color];
  context.lineJoin = "round";
  context.setLineDash(dashes);
  strokeRun(context, run, run.end - 1, 0.4, 1.5);
  strokeRun(context, run, now, 1, 2.5);
  context.setLineDash([]);
  for (let t = 0; t < now; t += 1) context.fillRect(run.px[t] - 1.5, run.py[t] - 1.5, 3, 3);
  if (now < 0) return;
  const [x, y] = [run.px[now], run.py[now]];
  const { left, top, wide, tall } = state.view;
  if (x < left || x > left + wide || y < top || y > top + tall) paintAway(context, state, x, y);
  else paintBall(context, state, x, y, key === state.selected ? 7 : 5.5);
  if (run.fate === "undefined" && step >= run.end) paintLost(context, state, run);
}

function strokeRun(context, { px, py }, last, alpha, width) {
  if (last < 1) return;
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(px[0], py[0]);
  for (let t = 1; t <= last; t += 1) context.lineTo(px[t], py[t]);
  context.stroke();
  context.globalAlpha = 1;
}

function paintBall(context, state, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = state.palette.surface;
  context.stroke();
}

/** A triangle at the border, pointing to where the run is. */
function paintAway(context, state, x, y) {
  const { left, top, wide, tall } = state.view;
  const edgeX = Math.max(left + 8, Math.min(left + wide - 8, x));
  const edgeY = Math.max(top + 8, Math.min(top + tall - 8, y));
  context.save();
  context.translate(edgeX, edgeY);
  context.rotate(Math.atan2(y - edgeY, x - edgeX));
  context.beginPath();
  context.moveTo(8, 0);
  context.lineTo(-6, 7);
  context.lineTo(-6, -7);
  context.closePath();
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = state.palette.surface;
  context.stroke();
  context.restore();
}

/** The point at which the function gives no number: the path goes there and ends in a bar. */
function paintLost(context, state, { px, py, end }) {
  const y = state.view.curve ? py[end - 1] : py[end];
  context.lineWidth = 2.5;
  context.strokeStyle = context.fillStyle;
  context.beginPath();
  context.moveTo(px[end - 1], py[end - 1]);
  context.lineTo(px[end], y);
  context.moveTo(px[end], y - 8);
  context.lineTo(px[end], y + 8);
  context.stroke();
}

function paintCross(context, state, [x, y]) {
  const [px, py] = state.view.toPixel(x, y);
  context.strokeStyle = state.palette.text;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const side of [5, -5]) {
    context.moveTo(px - 5, py - side);
    context.lineTo(px + 5, py + side);
  }
  context.stroke();
}

function paintStart(state, context) {
  const { view } = state;
  const height = view.curve ? interpolated(state, state.start) : state.start[1];
  const [x, y] = view.toPixel(state.start[0], Number.isFinite(height) ? height : view.y0);
  context.strokeStyle = state.palette.text;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 8, 0, 7);
  context.stroke();
}
