// The function with its secant and tangent, and the derivative below it. For tangent_board.

import { fit } from "../shared/board.js";
import { clipped, FONT, penOf, upright } from "../shared/pen.js";
import { ticks } from "../shared/ticks.js";
import { number } from "./numbers.js";
import { clamp, xAt } from "./places.js";

const PAD = { left: 52, right: 14, top: 8, bottom: 26 };

export function prepareCurves(state) {
  const narrow = state.root.clientWidth < 700;
  const { value, slope } = state.data.limits;
  const tall = narrow ? [260, 150] : [360, 230];
  const left = Math.max(...[value, slope].map((heights, k) => labelRoom(state.curve, heights, tall[k])));
  state.view = axesView(state.curve, tall[0], state.data.window, value, left);
  state.slopeView = axesView(state.slope, tall[1], state.data.window, slope, left);
  const { palette, arrays } = state;
  state.curvePaper = paper(state.view, (pen) => {
    paintGaps(state, pen);
    paintFrame(pen, state.view, palette, "f(x)");
    paintLine(pen, state.view, arrays.drawnValues, arrays.valueBreaks, palette.data);
    state.holes = paintHoles(state, pen);
    paintMarks(state, pen);
  });
  state.slopePaper = paper(state.slopeView, (pen) => {
    paintFrame(pen, state.slopeView, palette, "f′(x)");
    paintLine(pen, state.slopeView, arrays.drawnSlopes, arrays.slopeBreaks, palette.gradient);
  });
  captions(state);
}

function captions(state) {
  const { palette } = state;
  const { marks, doubts } = state.data;
  const fails = marks.some((mark) => !doubts.includes(mark));
  const entry = ([color, dash, text]) => `<span>${color ? stroke(color, dash) : ""}${text}</span>`;
  const legend = (items) => items.map(entry).join("");
  state.find(".curve figcaption").innerHTML =
    legend([
      [palette.data, "", "f"],
      [palette.weights, "7 4", "secant"],
      [palette.gradient, "", "tangent"],
      [palette.loss, "3 2", "error of the tangent"],
    ]) +
    [
      [gapsOf(state.arrays.drawnValues).length, square(palette), "f has no finite value"],
      [state.holes, ring(palette), "a hole: no value at this one place"],
      [fails, triangle(palette.loss, palette.loss), "no derivative"],
      [doubts.length, triangle("none", palette.text), "JAX answers another number than f′"],
    ]
      .map(([shown, sign, text]) => (shown ? `<span>${sign}${text}</span>` : ""))
      .join("");
  state.find(".slope figcaption").innerHTML = legend([
    [palette.gradient, "", "f′ by jax.grad"],
    [palette.weights, "7 4", "slope of the secant now"],
  ]);
}

/** A short line of a colour and dashes, for a legend. */
export const stroke = (color, dash) => `<svg width="24" height="8" aria-hidden="true"><line x1="0" y1="4" x2="24" y2="4"
  stroke="${color}" stroke-width="3" stroke-dasharray="${dash}"/></svg>`;

const sign = (width, inside) => `<svg width="${width}" height="12" aria-hidden="true">${inside}</svg>`;
const square = (palette) => sign(14, `<rect width="14" height="12" fill="${palette.panel}" stroke="${palette.edge}"/>`);
const ring = (palette) =>
  sign(12, `<circle cx="6" cy="6" r="4" fill="none" stroke="${palette.data}" stroke-width="2"/>`);
const triangle = (fill, edge) => sign(13, `<path d="M6.5 2L11.5 10.5H1.5Z" fill="${fill}" stroke="${edge}"/>`);

const heightTicks = ([y0, y1], tall) => ticks(y0, y1, tall > 250 ? 6 : 4);

/** Pixels left of the picture: the widest tick label and the axis title beside it. */
function labelRoom(canvas, heights, tall) {
  const pen = canvas.getContext("2d");
  pen.font = FONT;
  const labels = heightTicks(heights, tall - PAD.top - PAD.bottom).map((y) => pen.measureText(number(y, 3)).width);
  return Math.max(PAD.left, Math.ceil(Math.max(...labels, 0)) + 28);
}

export function axesView(canvas, height, [x0, x1], [y0, y1], left = PAD.left) {
  const { pen: context, width } = fit(canvas, height);
  const wide = width - left - PAD.right;
  const tall = height - PAD.top - PAD.bottom;
  return {
    canvas,
    context,
    width,
    height,
    wide,
    tall,
    x0,
    x1,
    y0,
    y1,
    left,
    top: PAD.top,
    toPixel: (x, y) => [left + ((x - x0) / (x1 - x0)) * wide, PAD.top + (1 - (y - y0) / (y1 - y0)) * tall],
    toX: (pixel) => x0 + ((pixel - left) / wide) * (x1 - x0),
  };
}

/** A picture drawn once, to be laid under what moves. */
export function paper(view, draw) {
  const sheet = document.createElement("canvas");
  sheet.width = view.canvas.width;
  sheet.height = view.canvas.height;
  const pen = penOf(sheet);
  pen.setTransform(view.context.getTransform());
  draw(pen);
  return sheet;
}

function paintFrame(pen, view, palette, title) {
  const { left, top, wide, tall, x0, x1, y0, y1 } = view;
  pen.font = FONT;
  pen.lineWidth = 1;
  pen.textBaseline = "middle";
  pen.fillStyle = palette.muted;
  for (const x of ticks(x0, x1, wide > 400 ? 9 : 5)) {
    const [pixel] = view.toPixel(x, y0);
    ruled(pen, [pixel, top, pixel, top + tall], x === 0 ? palette.edge : palette.grid);
    pen.textAlign = "center";
    pen.fillText(number(x), pixel, top + tall + 14);
  }
  for (const y of heightTicks([y0, y1], tall)) {
    const [, pixel] = view.toPixel(x0, y);
    ruled(pen, [left, pixel, left + wide, pixel], y === 0 ? palette.edge : palette.grid);
    pen.textAlign = "right";
    pen.fillText(number(y, 3), left - 6, pixel);
  }
  upright(pen, title, 10, top + tall / 2);
}

export function ruled(pen, [x0, y0, x1, y1], color, wide = 1, dash = []) {
  pen.strokeStyle = color;
  pen.lineWidth = wide;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
  pen.setLineDash([]);
}

/** The curve through its points; it ends at gaps and jumps, and a point between two jumps is a dot. */
function paintLine(pen, view, heights, breaks, color) {
  const last = heights.length - 1;
  const free = (k) => k < 0 || k >= last || breaks[k] || !Number.isFinite(heights[k] - heights[k + 1]);
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = 2.5;
  pen.lineJoin = "round";
  clipped(pen, view, () => {
    pen.beginPath();
    const dots = [];
    heights.forEach((height, k) => {
      if (!Number.isFinite(height)) return;
      const x = view.x0 + (k / last) * (view.x1 - view.x0);
      const [px, py] = view.toPixel(x, height);
      const place = [px, clamp(py, -4000, 8000)];
      if (free(k - 1) && free(k)) dots.push(place);
      if (free(k - 1)) pen.moveTo(...place);
      else pen.lineTo(...place);
    });
    pen.stroke();
    for (const place of dots) dot(pen, place, 3);
  });
}

export function dot(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** From and to which drawn point f has no finite value, over more than one of them. */
function gapsOf(heights) {
  const gaps = [];
  for (let k = 0; k < heights.length; k += 1) {
    if (Number.isFinite(heights[k])) continue;
    const from = k;
    while (k + 1 < heights.length && !Number.isFinite(heights[k + 1])) k += 1;
    if (k > from) gaps.push([from, k]);
  }
  return gaps;
}

/** Where f has no finite value over more than a point: grey. Gaps side by side are named once. */
function paintGaps(state, pen) {
  const {
    view,
    arrays: { drawnValues: heights },
    palette,
  } = state;
  const named = [];
  for (const [from, to] of gapsOf(heights)) {
    const [low, high] = [from, to].map((k) => view.left + (k / (heights.length - 1)) * view.wide);
    pen.fillStyle = palette.panel;
    pen.fillRect(low, view.top, high - low, view.tall);
    if (named.length && low - named.at(-1)[1] < 12) named.at(-1)[1] = high;
    else named.push([low, high]);
  }
  pen.font = FONT;
  pen.textAlign = "center";
  pen.fillStyle = palette.muted;
  for (const [low, high] of named) {
    if (high - low > pen.measureText("undefined").width + 8) pen.fillText("undefined", (low + high) / 2, view.top + 14);
  }
}

/** A ring at either side of a single place without a value, as far as it is in the picture; how many. */
function paintHoles(state, pen) {
  const {
    view,
    palette,
    arrays: { drawnValues: heights },
  } = state;
  pen.lineWidth = 2;
  pen.strokeStyle = palette.data;
  pen.fillStyle = palette.surface;
  let count = 0;
  heights.forEach((height, k) => {
    const beside = [heights[k - 1], heights[k + 1]];
    // An infinite value is a pole: the curve does not come near any point there.
    if (!Number.isNaN(height) || !beside.every(Number.isFinite)) return;
    const x = view.x0 + (k / (heights.length - 1)) * (view.x1 - view.x0);
    const ends = beside.map((end) => view.toPixel(x, end));
    const rings = Math.abs(ends[0][1] - ends[1][1]) < 4 ? [ends[0]] : ends;
    for (const [px, py] of rings.filter(([, y]) => y >= view.top && y <= view.top + view.tall)) {
      dot(pen, [px, py], 4);
      pen.stroke();
      count += 1;
    }
  });
  return count;
}

/** A small triangle below every place without a derivative; a hollow one where JAX answers another number than it. */
function paintMarks(state, pen) {
  const { view, palette } = state;
  pen.lineWidth = 1.5;
  for (const mark of state.data.marks) {
    const doubt = state.data.doubts.includes(mark);
    pen.fillStyle = doubt ? palette.surface : palette.loss;
    pen.strokeStyle = doubt ? palette.text : palette.loss;
    const [x] = view.toPixel(xAt(state, mark), 0);
    const y = view.top + view.tall;
    pen.beginPath();
    pen.moveTo(x, y - 7);
    pen.lineTo(x - 5, y + 1);
    pen.lineTo(x + 5, y + 1);
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
}

export function lay(view, sheet) {
  view.context.clearRect(0, 0, view.width, view.height);
  view.context.drawImage(sheet, 0, 0, view.width, view.height);
}

/** A straight line through (x, y) across the whole picture. */
function through(pen, view, [x, y], slope, color, wide, dash) {
  const ends = [view.x0, view.x1].flatMap((end) => view.toPixel(end, y + slope * (end - x)));
  if (ends.every(Number.isFinite)) ruled(pen, ends, color, wide, dash);
}

export function paintCurve(state, now) {
  const { view, palette } = state;
  const pen = view.context;
  lay(view, state.curvePaper);
  const known = Number.isFinite(now.here);
  clipped(pen, view, () => {
    const [px] = view.toPixel(now.x, 0);
    ruled(pen, [px, view.top, px, view.top + view.tall], palette.muted, 1, [2, 4]);
    const second = view.toPixel(now.x + now.epsilon, now.next);
    if (!known) {
      if (Number.isFinite(now.next)) handle(pen, second, 7, palette.surface, palette.weights);
      return;
    }
    if (Number.isFinite(now.slope)) through(pen, view, [now.x, now.here], now.slope, palette.gradient, 2, []);
    if (!Number.isFinite(now.next)) return;
    through(pen, view, [now.x, now.here], now.secant, palette.weights, 2, [8, 5]);
    if (Number.isFinite(now.slope)) {
      const [, line] = view.toPixel(now.x + now.epsilon, now.line);
      ruled(pen, [second[0], clamp(line, -999, 9999), ...second], palette.loss, 3, [3, 2]);
    }
    handle(pen, second, 7, palette.surface, palette.weights);
  });
  if (known) handle(pen, view.toPixel(now.x, now.here), 8, palette.text, palette.surface);
  paintSpan(pen, view, palette, now);
}

export function handle(pen, place, radius, fill, edge) {
  pen.beginPath();
  pen.arc(...place, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 3;
  pen.strokeStyle = edge;
  pen.stroke();
}

/** Epsilon as a span between the two points, while it is wide enough to be seen. */
function paintSpan(pen, view, palette, now) {
  const [from] = view.toPixel(now.x, 0);
  const [to] = view.toPixel(clamp(now.x + now.epsilon, view.x0, view.x1), 0);
  if (Math.abs(to - from) < 14) return;
  const y = view.top + view.tall - 14;
  for (const ends of [
    [from, y, to, y],
    [from, y - 4, from, y + 4],
    [to, y - 4, to, y + 4],
  ]) {
    ruled(pen, ends, palette.text, 1.5);
  }
  pen.font = `italic 600 14px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  pen.fillStyle = palette.text;
  pen.fillText("ε", (from + to) / 2, y - 3);
}

export function paintSlope(state, now) {
  const { slopeView: view, palette } = state;
  const pen = view.context;
  lay(view, state.slopePaper);
  const [px] = view.toPixel(now.x, 0);
  clipped(pen, view, () => {
    ruled(pen, [px, view.top, px, view.top + view.tall], palette.muted, 1, [2, 4]);
    if (Number.isFinite(now.secant)) {
      const [, y] = view.toPixel(now.x, now.secant);
      ruled(pen, [view.left, y, view.left + view.wide, y], palette.weights, 2, [8, 5]);
      handle(pen, [px, y], 7, palette.surface, palette.weights);
    }
    if (Number.isFinite(now.here) && Number.isFinite(now.answer)) {
      // Filled where JAX's answer is the derivative.
      const colors = [palette.gradient, palette.surface];
      handle(pen, view.toPixel(now.x, now.answer), 6, ...(state.told.has(state.at) ? colors.reverse() : colors));
    }
  });
  const shown = Number.isFinite(now.slope) && Number.isFinite(now.here) ? number(now.slope) : "none";
  state.slope.setAttribute("aria-label", `The derivative; at x = ${number(now.x, 7)} it is ${shown}`);
}
