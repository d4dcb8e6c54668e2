// Gradient, velocity and update of the step explained, as arrows with labels that keep clear of each other; the roots
// of the second moments as a box. For descent_board.

import { arrow } from "../shared/pen.js";

const ARROW_LENGTHS = [18, 90];
const LABEL_FONT = "600 12px system-ui, sans-serif";
const ROW = 17;
const LARGEST_BOX = 64;

export function paintArrows(state, context, step) {
  const { trace } = state.data;
  if (state.root.dataset.explained !== String(step) || step >= trace.lines.length) return;
  const { view } = state;
  const [x, y] = view.toPixel(trace.points[step][0], view.curve ? trace.losses[step] : trace.points[step][1]);
  const inside = x >= view.left && x <= view.left + view.wide && y >= view.top && y <= view.top + view.tall;
  if (!inside) return;
  const taken = [{ left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 }];
  paintSquares(context, state, [x, y], trace.squares[step], taken);
  const scales = [view.wide / (view.x1 - view.x0), view.curve ? 0 : -view.tall / (view.y1 - view.y0)];
  const shown = trace.arrows
    .map(({ text, color, vectors }) => {
      const [dx, dy = 0] = vectors[step];
      return { text, color: state.palette[color], dx: dx * scales[0], dy: dy * scales[1] };
    })
    .filter(({ dx, dy }) => Math.hypot(dx, dy) > 0);
  // On a curve all lie along x: each gets a row of its own above the ball, or below it near the upper border.
  const up = y - (shown.length + 0.6) * ROW > view.top ? -1 : 1;
  const tips = shown.map((arrow, position) =>
    paintArrow(context, arrow, x, view.curve ? y + up * (position + 1.1) * ROW : y),
  );
  shown.forEach((arrow, position) => paintLabel(context, state, arrow, tips[position], taken));
}

/** A box whose sides are the roots of the second moments, relative to the largest of the run. */
function paintSquares(context, state, [x, y], sizes, taken) {
  if (!sizes.some((size) => size > 0)) return;
  const [wide, tall = wide] = sizes.map((size) => Math.max(size * LARGEST_BOX, 3));
  context.lineWidth = 1.5;
  context.strokeStyle = state.palette.neutral;
  context.strokeRect(x - wide / 2, y - tall / 2, wide, tall);
  const label = { text: "√s", color: state.palette.neutral, dx: 1, dy: 1 };
  paintLabel(context, state, label, [x + wide / 2, y + tall / 2], taken);
}

/** An arrow of its true direction in the picture, its length kept within limits. Returns its tip. */
function paintArrow(context, { dx, dy, color }, x, y) {
  const size = Math.hypot(dx, dy);
  const length = Math.min(Math.max(size, ARROW_LENGTHS[0]), ARROW_LENGTHS[1]);
  const [ux, uy] = [dx / size, dy / size];
  const [ex, ey] = [x + ux * length, y + uy * length];
  arrow(context, [x, y], [ex, ey], color, { width: 2.5 });
  return [ex, ey];
}

/** The label beyond an arrow's tip, moved row by row until it covers no earlier one, within the picture. */
function paintLabel(context, { view, palette }, { text, color, dx, dy }, [x, y], taken) {
  context.font = LABEL_FONT;
  const wide = context.measureText(text).width;
  const size = Math.hypot(dx, dy);
  const centre = [x + (dx / size) * (wide / 2 + 7), y + (dy / size) * 13];
  const left = Math.max(view.left + 3, Math.min(view.left + view.wide - wide - 3, centre[0] - wide / 2));
  const boxAt = (middle) => ({ left, right: left + wide, top: middle - 8, bottom: middle + 8 });
  const free = (box) =>
    box.top >= view.top &&
    box.bottom <= view.top + view.tall &&
    taken.every(
      (other) => box.left > other.right || box.right < other.left || box.top > other.bottom || box.bottom < other.top,
    );
  const shifts = [0, 1, -1, 2, -2, 3, -3, 4, -4].map((rows) => centre[1] + rows * ROW);
  const box = boxAt(shifts.find((middle) => free(boxAt(middle))) ?? centre[1]);
  taken.push(box);
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = palette.surface;
  context.strokeText(text, box.left, (box.top + box.bottom) / 2);
  context.fillStyle = color;
  context.fillText(text, box.left, (box.top + box.bottom) / 2);
}
