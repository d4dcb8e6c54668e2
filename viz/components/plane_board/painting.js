// The empty plane and what is drawn on it: equal units on both axes, arrows, labels that keep off each other.

import { fit } from "../shared/board.js";
import { arrow as drawArrow, disc as drawDisc, FONT, rimmed, stroke } from "../shared/pen.js";
import { number } from "./words.js";

const MARGIN = { left: 38, right: 8, top: 8, bottom: 24 };

/** The canvas at its column's width, cleared, and the view of the plane on it, 2 * state.reach high. */
export function sheet(state, height) {
  const { pen, width, ratio } = fit(state.canvas, height);
  pen.lineCap = "round";
  const { left, top } = MARGIN;
  const [wide, tall] = [width - left - MARGIN.right, height - top - MARGIN.bottom];
  const unit = tall / (2 * state.reach);
  const [x0, y0] = [left + wide / 2, top + tall / 2];
  state.view = {
    left,
    top,
    wide,
    tall,
    unit,
    ratio,
    x0,
    y0,
    across: wide / (2 * unit),
    up: state.reach,
    toPixel: (x, y) => [x0 + x * unit, y0 - y * unit],
    toPoint: (px, py) => [(px - x0) / unit, (y0 - py) / unit],
  };
  state.taken = [];
  return pen;
}

/** How far apart lines of the grid stand so that about ten fit: 1, 2 or 5 times a power of ten. */
export function spacing(reach) {
  const rough = (2 * reach) / 11;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
}

export function gridValues(far, step) {
  const count = Math.floor(far / step + 1e-9);
  return Array.from({ length: 2 * count + 1 }, (_, k) => Number(((k - count) * step).toPrecision(10)));
}

/** The plane before anything happens: light lines, both axes, numbers at the frame. */
export function paper(state, pen) {
  const { view, palette } = state;
  const step = spacing(view.up);
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [axis, far] of [
    [0, view.across],
    [1, view.up],
  ]) {
    for (const value of gridValues(far, step)) {
      const ends = [-1, 1].map((side) => (axis ? [side * view.across, value] : [value, side * view.up]));
      stroke(
        pen,
        ends.map((end) => view.toPixel(...end)),
        value ? palette.grid : palette.edge,
        value ? 1 : 1.5,
      );
      pen.fillStyle = palette.muted;
      const [x, y] = view.toPixel(...(axis ? [0, value] : [value, 0]));
      if (axis) {
        pen.textAlign = "right";
        pen.fillText(number(value), view.left - 6, y);
      } else pen.fillText(number(value), x, view.top + view.tall + 12);
    }
  }
  pen.textAlign = "center";
}

export function faint(pen, part, draw) {
  pen.save();
  pen.globalAlpha = part;
  draw();
  pen.restore();
}

export function disc(state, pen, place, radius, color) {
  drawDisc(pen, place, radius, color, state.palette.surface);
}

/** An arrow between two points of the plane; rim: a line of the paper's colour around it, so that it stands out. */
export function arrow(state, pen, from, to, color, { width = 4, dash = [], rim = true } = {}) {
  const [x, y] = state.view.toPixel(...from);
  const [ex, ey] = state.view.toPixel(...to);
  drawArrow(pen, [x, y], [ex, ey], color, { width, dash, rim: rim ? state.palette.surface : "" });
  // Labels keep off the arrow.
  const length = Math.hypot(ex - x, ey - y);
  for (let far = 0; length >= 1.5 && far <= length; far += 12) {
    state.taken.push([x + (far * (ex - x)) / length - 4, y + (far * (ey - y)) / length - 4, 8, 8]);
  }
}

/** What shows that the end of an arrow can be taken hold of. */
export function grip(state, pen, point, color) {
  const [x, y] = state.view.toPixel(...point);
  faint(pen, 0.18, () => {
    pen.beginPath();
    pen.arc(x, y, 17, 0, 7);
    pen.fillStyle = color;
    pen.fill();
  });
  pen.beginPath();
  pen.arc(x, y, 17, 0, 7);
  pen.lineWidth = 1;
  pen.strokeStyle = color;
  pen.stroke();
  state.taken.push([x - 12, y - 12, 24, 24]);
}

/** Text near a point, at the first place around it where it covers no other label and no handle. */
export function label(state, pen, text, point, color, towards = [1, 1]) {
  pen.font = "600 13px system-ui, sans-serif";
  const [x, y] = state.view.toPixel(...point);
  const [wide, tall] = [pen.measureText(text).width + 4, 18];
  const start = Math.atan2(-towards[1], towards[0]);
  const places = [0, 1, -1, 2, -2, 3, -3, 4].flatMap((turn) =>
    [14, 34].map((far) => {
      const angle = start + (turn * Math.PI) / 4;
      const [cx, cy] = [x + Math.cos(angle) * (far + wide / 2), y + Math.sin(angle) * (far + tall / 2)];
      return [cx - wide / 2, cy - tall / 2, wide, tall];
    }),
  );
  const free = places.map((place) => kept(state, place)).sort((one, other) => one[1] - other[1])[0][0];
  state.taken.push(free);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  rimmed(pen, text, free[0] + wide / 2, free[1] + tall / 2, color, state.palette.surface);
}

/** The place moved into the frame, and by how much it covers others or had to be moved. */
function kept(state, [x, y, wide, tall]) {
  const { view } = state;
  const left = Math.min(Math.max(x, view.left + 2), view.left + view.wide - wide - 2);
  const top = Math.min(Math.max(y, view.top + 2), view.top + view.tall - tall - 2);
  const covered = state.taken.reduce((sum, [ox, oy, ow, oh]) => {
    const across = Math.min(left + wide, ox + ow) - Math.max(left, ox);
    const up = Math.min(top + tall, oy + oh) - Math.max(top, oy);
    return sum + (across > 0 && up > 0 ? across * up : 0);
  }, 0);
  return [[left, top, wide, tall], covered + 2 * (Math.abs(left - x) + Math.abs(top - y))];
}

/** The first size, or that doubled until it is at least the second. */
export function ladder(first, size) {
  let reach = first;
  while (reach < size) reach *= 2;
  return reach;
}
