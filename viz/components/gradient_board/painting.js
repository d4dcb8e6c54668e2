// Pictures of the gradient board: slices with tangents, one step's line, slope by direction. The map: gradient_map.

import { fit } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { arrow, clipped, axes as drawAxes, disc as drawDisc, FONT, LABEL_FONT, rimmed, stroke } from "../shared/pen.js";
import { ticks } from "../shared/ticks.js";

export function viewOf([x0, x1], [y0, y1], { left, top, wide, tall }) {
  return {
    left,
    top,
    wide,
    tall,
    x0,
    x1,
    y0,
    y1,
    toPixel: (x, y) => [left + ((x - x0) / (x1 - x0)) * wide, top + (1 - (y - y0) / (y1 - y0)) * tall],
    toPoint: (px, py) => [x0 + ((px - left) / wide) * (x1 - x0), y0 + (1 - (py - top) / tall) * (y1 - y0)],
  };
}

/** A grid at round numbers, the numbers and the titles of both axes. */
export function axes(state, pen, view, { across = "", up = "", few = false }) {
  const { left, top, wide, tall, x0, x1, y0, y1 } = view;
  const { palette } = state;
  const xs = ticks(x0, x1, few ? 4 : 6).map((x) => [view.toPixel(x, y0)[0], number(x)]);
  const ys = ticks(y0, y1, few ? 3 : 5).map((y) => [view.toPixel(x0, y)[1], number(y)]);
  for (const [x] of xs)
    stroke(
      pen,
      [
        [x, top],
        [x, top + tall],
      ],
      palette.grid,
    );
  for (const [y] of ys)
    stroke(
      pen,
      [
        [left, y],
        [left + wide, y],
      ],
      palette.grid,
    );
  pen.font = FONT;
  drawAxes(pen, view, palette, { xs, ys, across, up, below: 11 });
}

export function disc(state, pen, place, radius, color, hollow = false) {
  const paper = state.palette.surface;
  if (hollow) drawDisc(pen, place, radius, paper, color, 2.5);
  else drawDisc(pen, place, radius, color, paper);
}

/** Text that stands out of the lines below it. */
export function label(state, pen, text, x, y, color, align = "left") {
  pen.font = LABEL_FONT;
  pen.textAlign = align;
  pen.textBaseline = "middle";
  rimmed(pen, text, x, y, color, state.palette.surface);
}

export function paintSlice(state, seen, entry, far) {
  const tight = state.root.clientWidth < 700;
  const { pen, width, height } = fit(state.cards[entry].canvas, 162);
  const box = { left: tight ? 30 : 38, top: 22, wide: width - (tight ? 38 : 48), tall: height - 44 };
  const view = viewOf([-far, far], [0, state.top], box);
  axes(state, pen, view, { few: true });
  const {
    palette,
    data: { polynomial, found },
  } = state;
  const value = state.weights[entry];
  const slope = seen.gradient[entry];
  const curvature = polynomial.curvature[entry][entry];
  const at = (moved) => seen.loss + slope * (moved - value) + (curvature * (moved - value) ** 2) / 2;
  const places = Array.from({ length: 81 }, (_, k) => -far + (k * far) / 40).map((w) => view.toPixel(w, at(w)));
  clipped(pen, view, () => {
    stroke(pen, places, palette.loss, 2.5);
    if (seen.rests) {
      found.sliceValues.forEach((w, k) => disc(state, pen, view.toPixel(w, found.slices[entry][k]), 3.5, palette.loss));
    }
    const ends = [-2 * far, 2 * far].map((w) => view.toPixel(w, seen.loss + slope * (w - value)));
    stroke(pen, ends, palette.gradient, 1.5, [6, 4]);
  });
  const here = view.toPixel(value, seen.loss);
  // In a lane of its own, so that its whole length is seen wherever the point is.
  const middle = box.left + box.wide / 2;
  stroke(
    pen,
    [
      [middle, 4],
      [middle, 16],
    ],
    palette.muted,
    1.5,
  );
  arrow(pen, [middle, 10], [middle + (slope / state.steep) * (box.wide / 2 - 2), 10], palette.gradient);
  disc(state, pen, here, 6, palette.weights);
}

/** Loss after one step for every learning rate: the true parabola, the slope's promise, the largest rate that helps. */
export function paintLine(state, seen) {
  const { pen, width, height } = fit(state.line, 260);
  const { limit, found } = state.data;
  const { palette } = state;
  const unit = seen.loss || 1;
  const box = { left: 56, top: 22, wide: width - 68, tall: height - 64 };
  const view = viewOf([0, limit], [-0.5 * unit, 1.7 * unit], box);
  axes(state, pen, view, { across: "learning rate", up: "loss after one step" });
  if (seen.square < 1e-18) return;
  const curvature = (2 * seen.square) / seen.largest;
  const at = (rate) => seen.loss - rate * seen.square + (curvature * rate * rate) / 2;
  const places = Array.from({ length: 161 }, (_, k) => (k / 160) * limit).map((rate) => view.toPixel(rate, at(rate)));
  clipped(pen, view, () => {
    stroke(pen, [view.toPixel(0, 0), view.toPixel(limit, 0)], palette.muted, 1.5);
    stroke(pen, [view.toPixel(0, seen.loss), view.toPixel(limit, seen.loss)], palette.muted, 1, [2, 3]);
    stroke(
      pen,
      [view.toPixel(0, seen.loss), view.toPixel(limit, seen.promised - (limit - seen.rate) * seen.square)],
      palette.gradient,
      2,
      [6, 4],
    );
    stroke(pen, places, palette.loss, 2.5);
    if (seen.rests) {
      found.lineValues.forEach((rate, k) => disc(state, pen, view.toPixel(rate, found.line[k]), 3.5, palette.loss));
    }
    const gap = [seen.promised, seen.after].map((loss) => view.toPixel(seen.rate, loss));
    stroke(pen, gap, palette.text, 1.5, [2, 3]);
    disc(state, pen, view.toPixel(seen.rate, seen.promised), 5, palette.gradient, true);
    disc(state, pen, view.toPixel(seen.rate, seen.after), 7, palette.weights);
  });
  const marked = seen.largest <= limit;
  const [x] = view.toPixel(Math.min(seen.largest, limit), 0);
  if (marked)
    stroke(
      pen,
      [
        [x, view.top - 4],
        [x, view.top + view.tall],
      ],
      palette.text,
      1.5,
    );
  const text = `lowers the loss up to ${number(seen.largest)}${marked ? "" : " →"}`;
  const room = pen.measureText(text).width + 40;
  label(state, pen, text, x - (marked ? 6 : 0), 10, palette.text, x > room ? "right" : "left");
}

/** The slope in each of the sampled directions, and in the gradient's own. */
export function paintCompass(state, seen) {
  const { pen, width, height } = fit(state.compass, 260);
  const { palette } = state;
  const most = seen.pairSlope || 1;
  const view = viewOf([0, 360], [-1.5 * most, 1.5 * most], { left: 56, top: 22, wide: width - 68, tall: height - 64 });
  axes(state, pen, view, { across: "direction, degrees", up: "slope of the loss" });
  stroke(pen, [view.toPixel(0, 0), view.toPixel(360, 0)], palette.muted, 1.5);
  state.data.angles.forEach((angle, k) => {
    const place = view.toPixel((angle * 180) / Math.PI, seen.slopes[k]);
    disc(state, pen, place, 4, seen.slopes[k] > 0 ? palette.gradient : palette.text);
  });
  if (seen.pairSlope < 1e-9) return;
  const [g0, g1] = state.pair.map((entry) => seen.gradient[entry]);
  for (const [way, text, color] of [
    [1, "gradient", palette.gradient],
    [-1, "−gradient", palette.text],
  ]) {
    const degrees = ((Math.atan2(way * g1, way * g0) * 180) / Math.PI + 360) % 360;
    const place = view.toPixel(degrees, way * seen.pairSlope);
    stroke(pen, [view.toPixel(degrees, 0), place], color, 1.5, [4, 3]);
    disc(state, pen, place, 6, color, true);
    const x = Math.max(view.left + 34, Math.min(place[0], view.left + view.wide - 34));
    label(state, pen, text, x, place[1] - way * 15, color, "center");
  }
}
