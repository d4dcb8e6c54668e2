// The mean squared error of a line y = w·x + b over some samples, drawn over (w, b). For noise_board and noise_race.
// Five means of the samples are all the loss needs, so a surface is drawn anew within a frame.

import { fit } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { bytesOf } from "../shared/packing.js";
import { axes, clipped } from "../shared/pen.js";

export const SIDES = [-3, 3];
const LEVELS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const CELLS = 64;

export function floatsOf(text) {
  return new Float32Array(bytesOf(text).buffer);
}

/** The means of x², x, x·y, y, y² over the samples named. */
export function meansOf(xs, ys, indices) {
  const sums = [0, 0, 0, 0, 0];
  for (const k of indices) {
    const [x, y] = [xs[k], ys[k]];
    [x * x, x, x * y, y, y * y].forEach((term, j) => {
      sums[j] += term;
    });
  }
  const [xx, x, xy, y, yy] = sums.map((sum) => sum / Math.max(indices.length, 1));
  return { xx, x, xy, y, yy, count: indices.length };
}

export function lossAt({ xx, x, xy, y, yy }, w, b) {
  return Math.max(xx * w * w + 2 * x * w * b + b * b - 2 * xy * w - 2 * y * b + yy, 0);
}

export function gradientAt({ xx, x, xy, y }, w, b) {
  return [2 * (xx * w + x * b - xy), 2 * (x * w + b - y)];
}

/** The loss as (b - (y - x·w))² + width·(w - best)² + least: for one sample width is 0, and the bowl a valley. */
function shapeOf({ xx, x, xy, y, yy }) {
  const width = Math.max(xx - x * x, 0);
  const flat = width < 1e-6 * Math.max(xx, 1e-9);
  const best = flat ? 0 : (xy - x * y) / width;
  return { width: flat ? 0 : width, best, least: Math.max(yy - y * y - (flat ? 0 : width * best * best), 0) };
}

export function sized(canvas, height) {
  const sheet = fit(canvas, height);
  sheet.pen.font = "12px system-ui, sans-serif";
  return sheet;
}

/** Pixels of a pane with room for its axes; from x and y to pixels and back. */
export function viewOf(width, height, [x0, x1], [y0, y1], { left = 34, right = 8, top = 8, bottom = 36 } = {}) {
  const [wide, tall] = [Math.max(width - left - right, 1), Math.max(height - top - bottom, 1)];
  return {
    left,
    top,
    wide,
    tall,
    x0,
    x1,
    y0,
    y1,
    toPixel: ([x, y]) => [left + ((x - x0) / (x1 - x0)) * wide, top + (1 - (y - y0) / (y1 - y0)) * tall],
    toPoint: (px, py) => [x0 + ((px - left) / wide) * (x1 - x0), y0 + (1 - (py - top) / tall) * (y1 - y0)],
  };
}

function channelsOf(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** Dark where the loss is low, by one scale for every surface, and lines at the same losses in every one. */
export function paintSurface(pen, view, means, palette) {
  if (means.count) {
    paintHeat(pen, view, means, palette);
    paintContours(pen, view, means, palette);
  }
  paintAxes(pen, view, palette, { xs: [-2, 0, 2], ys: [-2, 0, 2], x: "w", y: "b" });
}

function paintHeat(pen, view, means, palette) {
  const image = new ImageData(CELLS, CELLS);
  const [low, paper] = [channelsOf(palette.loss), channelsOf(palette.surface)];
  for (let row = 0; row < CELLS; row += 1) {
    const b = view.y1 - ((row + 0.5) / CELLS) * (view.y1 - view.y0);
    for (let column = 0; column < CELLS; column += 1) {
      const w = view.x0 + ((column + 0.5) / CELLS) * (view.x1 - view.x0);
      const part = Math.min(Math.log1p(4 * lossAt(means, w, b)) / Math.log1p(160), 1);
      const strength = 0.6 * (1 - part) ** 1.5;
      image.data.set(
        [...paper.map((channel, k) => channel + (low[k] - channel) * strength), 255],
        4 * (row * CELLS + column),
      );
    }
  }
  const small = document.createElement("canvas");
  small.width = small.height = CELLS;
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  clipped(pen, view, () => pen.drawImage(small, view.left, view.top, view.wide, view.tall));
}

/** Each line of equal loss from its equation, as an upper and a lower branch of b over w. */
function paintContours(pen, view, means, palette) {
  const { width, best, least } = shapeOf(means);
  pen.strokeStyle = palette.muted;
  pen.lineWidth = 0.9;
  clipped(pen, view, () => {
    pen.globalAlpha = 0.75;
    pen.beginPath();
    for (const level of LEVELS) {
      if (level <= least) continue;
      const reach = width ? Math.sqrt((level - least) / width) : Infinity;
      const [from, to] = [Math.max(best - reach, view.x0), Math.min(best + reach, view.x1)];
      for (const side of [1, -1]) {
        for (let k = 0; k <= 60 && from < to; k += 1) {
          const w = from + ((to - from) * (1 - Math.cos((Math.PI * k) / 60))) / 2;
          const rest = Math.max(level - least - width * (w - best) ** 2, 0);
          const place = view.toPixel([w, means.y - means.x * w + side * Math.sqrt(rest)]);
          if (k) pen.lineTo(...place);
          else pen.moveTo(...place);
        }
      }
    }
    pen.stroke();
    if (!width) paintValley(pen, view, means, palette);
  });
}

/** The line at the bottom of a valley: for one sample, all the lines that pass through it. */
function paintValley(pen, view, means, palette) {
  pen.globalAlpha = 1;
  pen.strokeStyle = palette.loss;
  pen.lineWidth = 2.5;
  pen.beginPath();
  pen.moveTo(...view.toPixel([view.x0, means.y - means.x * view.x0]));
  pen.lineTo(...view.toPixel([view.x1, means.y - means.x * view.x1]));
  pen.stroke();
}

export function paintAxes(pen, view, palette, { xs, ys, x, y, xText = number, yText = number }) {
  const { left, top, wide, tall } = view;
  pen.strokeStyle = palette.edge;
  pen.lineWidth = 1;
  pen.strokeRect(left, top, wide, tall);
  axes(pen, view, palette, {
    xs: xs.map((at) => [view.toPixel([at, view.y0])[0], xText(at)]),
    ys: ys.map((at) => [view.toPixel([view.x0, at])[1], yText(at)]),
    across: x,
    up: y,
    below: 11,
    title: 27,
  });
}

export function paintCross(pen, view, place, palette) {
  const [x, y] = view.toPixel(place);
  pen.strokeStyle = palette.text;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const way of [1, -1]) {
    pen.moveTo(x - 5, y - 5 * way);
    pen.lineTo(x + 5, y + 5 * way);
  }
  pen.stroke();
}
