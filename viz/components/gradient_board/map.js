// The loss over two entries from above: lines of equal loss, spokes, arrows, the path. For gradient_board.

import { fit } from "../shared/board.js";
import { arrow, clipped, penOf, stroke, upright } from "../shared/pen.js";
import { lossAt } from "./loss.js";
import { axes, disc, label, viewOf } from "./painting.js";

const LEVELS = 14;
const GRID = 48;

export function paintPlane(state, seen, far) {
  const side = Math.min(state.map.parentElement.clientWidth, 560);
  const tall = state.root.clientWidth < 700 ? Math.min(side, 370) : Math.min(side, 470);
  const { pen, width, height, ratio } = fit(state.map, tall);
  const size = Math.min(width - 60, height - 50);
  const view = viewOf([-far, far], [-far, far], { left: 46 + (width - 60 - size) / 2, top: 8, wide: size, tall: size });
  state.view = view;
  const frozen = state.weights.filter((_, entry) => !state.pair.includes(entry));
  const key = [width, height, ratio, far, state.pair, frozen, state.data.version].join(";");
  if (key !== state.paperKey) {
    state.paperKey = key;
    state.paper = landscape(state, view, width, height, ratio);
  }
  pen.drawImage(state.paper, 0, 0, width, height);
  const [a, b] = state.pair;
  const place = (weights) => view.toPixel(weights[a], weights[b]);
  const here = place(state.weights);
  const landing = place(seen.landing);
  const { palette } = state;
  clipped(pen, view, () => {
    stroke(pen, state.path.slice(state.from).map(place), palette.weights, 2);
    for (const weights of state.path.slice(state.from, -1)) disc(state, pen, place(weights), 3.5, palette.weights);
    paintSpokes(state, pen, seen, here);
    const far = landing.every((pixel) => Math.abs(pixel) < 5000);
    if (far) stroke(pen, [here, landing], palette.weights, 2.5, [5, 4]);
    disc(state, pen, landing, 6, palette.weights, true);
  });
  if (seen.pairSlope > 1e-9) {
    const [ux, uy] = [seen.gradient[a] / seen.pairSlope, -seen.gradient[b] / seen.pairSlope];
    const length = 88;
    arrow(pen, here, [here[0] + ux * length, here[1] + uy * length], palette.gradient, { width: 3.5 });
    arrow(pen, here, [here[0] - ux * length, here[1] - uy * length], palette.text, { width: 3.5 });
    for (const [way, text, color] of [
      [1, "gradient", palette.gradient],
      [-1, "−gradient", palette.text],
    ]) {
      const x = here[0] + way * ux * (length + 42);
      const y = here[1] + way * uy * (length + 16);
      const inside = (value, low, high) => Math.max(low, Math.min(value, high));
      label(
        state,
        pen,
        text,
        inside(x, view.left + 36, view.left + size - 36),
        inside(y, view.top + 10, view.top + size - 10),
        color,
        "center",
      );
    }
  }
  disc(state, pen, here, 8, palette.weights);
  state.handle.style.transform = `translate(${here[0] - 22}px, ${here[1] - 22}px)`;
}

/** One spoke for each sampled direction, as long as the slope there is steep. */
function paintSpokes(state, pen, { slopes, pairSlope }, [x, y]) {
  if (pairSlope < 1e-9) return;
  state.data.angles.forEach((angle, k) => {
    const size = (Math.abs(slopes[k]) / pairSlope) * 70;
    const end = [x + Math.cos(angle) * size, y - Math.sin(angle) * size];
    const color = slopes[k] > 0 ? state.palette.gradient : state.palette.text;
    stroke(pen, [[x, y], end], color, 1.5);
    disc(state, pen, end, 2.5, color);
  });
}

/** Shades and contour lines, kept until the frozen entries, the pair, the window or the theme change. */
function landscape(state, view, width, height, ratio) {
  const [a, b] = state.pair;
  const weights = [...state.weights];
  const side = GRID + 1;
  const values = new Float64Array(side * side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      weights[a] = view.x0 + (column / GRID) * (view.x1 - view.x0);
      weights[b] = view.y0 + (row / GRID) * (view.y1 - view.y0);
      values[row * side + column] = lossAt(state.data.polynomial, weights);
    }
  }
  const low = Math.min(...values);
  const high = Math.max(...values);
  const paper = document.createElement("canvas");
  paper.width = Math.round(width * ratio);
  paper.height = Math.round(height * ratio);
  const pen = penOf(paper);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  shade(state, pen, view, values, low, high);
  // Squares of equal steps: a bowl's lines then stand evenly.
  for (let k = 1; k < LEVELS; k += 1) contour(state, pen, view, values, low + (high - low) * (k / LEVELS) ** 2);
  const [across, up] = state.pair.map((entry) => state.data.names[entry]);
  axes(state, pen, view, { across, up: "" });
  upright(pen, up, view.left - 34, view.top + view.tall / 2);
  return paper;
}

function shade(state, pen, view, values, low, high) {
  const side = GRID + 1;
  const image = new ImageData(side, side);
  const channels = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  const [deep, paper] = [channels(state.palette.loss), channels(state.palette.surface)];
  values.forEach((value, cell) => {
    const strength = 0.42 * (1 - Math.sqrt((value - low) / (high - low || 1)));
    const rgb = paper.map((channel, k) => channel + (deep[k] - channel) * strength);
    image.data.set([...rgb, 255], 4 * ((side - 1 - Math.floor(cell / side)) * side + (cell % side)));
  });
  const small = document.createElement("canvas");
  small.width = small.height = side;
  small.getContext("2d").putImageData(image, 0, 0);
  // Values belong to points: half a cell on each side lies outside the window.
  pen.drawImage(small, 0.5, 0.5, GRID, GRID, view.left, view.top, view.wide, view.tall);
}

/** Marching squares: the straight piece within each grid cell on which the interpolated loss has the level. */
function contour(state, pen, view, values, level) {
  const side = GRID + 1;
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  pen.strokeStyle = state.palette.muted;
  pen.lineWidth = 0.8;
  pen.beginPath();
  for (let cell = 0; cell < GRID * GRID; cell += 1) {
    const [row, column] = [Math.floor(cell / GRID), cell % GRID];
    const cuts = [];
    for (let edge = 0; edge < 4; edge += 1) {
      const [[ax, ay], [bx, by]] = [corners[edge], corners[(edge + 1) % 4]];
      const from = values[(row + ay) * side + column + ax];
      const to = values[(row + by) * side + column + bx];
      if (from < level === to < level) continue;
      const part = (level - from) / (to - from);
      cuts.push([
        view.left + ((column + ax + part * (bx - ax)) / GRID) * view.wide,
        view.top + (1 - (row + ay + part * (by - ay)) / GRID) * view.tall,
      ]);
    }
    for (let k = 0; k + 1 < cuts.length; k += 2) {
      pen.moveTo(...cuts[k]);
      pen.lineTo(...cuts[k + 1]);
    }
  }
  pen.stroke();
}
