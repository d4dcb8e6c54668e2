// The error of the straight line against epsilon, both in powers of ten. For tangent_board.

import { raised } from "../shared/numbers.js";
import { clipped, FONT } from "../shared/pen.js";
import { decades } from "../shared/ticks.js";
import { axesView, dot, handle, lay, paper, ruled, stroke } from "./curves.js";
import { errorsAt, number } from "./numbers.js";

export function prepareErrors(state) {
  const narrow = state.root.clientWidth < 700;
  const { epsilons, limits } = state.data;
  const side = [Math.log10(epsilons[0]) - 0.15, Math.log10(epsilons.at(-1)) + 0.15];
  state.errorView = axesView(state.errors, narrow ? 240 : 230, side, limits.error);
  const { errorView: view, palette } = state;
  state.errorPaper = paper(view, (pen) => {
    pen.font = FONT;
    pen.fillStyle = palette.muted;
    pen.textBaseline = "middle";
    for (const power of decades(view.x0, view.x1, Math.floor(view.wide / 26))) {
      const [x] = view.toPixel(power, 0);
      ruled(pen, [x, view.top, x, view.top + view.tall], palette.grid);
      pen.textAlign = "center";
      pen.fillText(power ? `10${raised(power)}` : "1", x, view.top + view.tall + 14);
    }
    for (const power of decades(view.y0, view.y1, 6)) {
      const [, y] = view.toPixel(view.x0, power);
      ruled(pen, [view.left, y, view.left + view.wide, y], palette.grid);
      pen.textAlign = "right";
      pen.fillText(power ? `10${raised(power)}` : "1", view.left - 6, y);
    }
    pen.save();
    pen.translate(10, view.top + view.tall / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText("error", 0, 0);
    pen.restore();
  });
  const drop = `<svg width="8" height="8" aria-hidden="true"><circle cx="4" cy="4" r="3.5"
    fill="${palette.loss}"/></svg>`;
  state.find(".errors figcaption").innerHTML = `<span>${drop}float32, measured</span>
    <span>${stroke(palette.data, "")}float64</span><span>${stroke(palette.muted, "7 4")}slope 2</span>
    <span>${stroke(palette.neutral, "2 3")}float32’s rounding</span><span>across: |ε|</span>`;
}

export function paintErrors(state, now) {
  const { errorView: view, palette } = state;
  const pen = view.context;
  lay(view, state.errorPaper);
  const points = errorsAt(state);
  const place = (epsilon, error) => view.toPixel(Math.log10(epsilon), Math.max(Math.log10(error), view.y0));
  clipped(pen, view, () => {
    const [now0] = view.toPixel(Math.log10(Math.abs(now.epsilon)), 0);
    ruled(pen, [now0, view.top, now0, view.top + view.tall], palette.text, 1.5, [2, 4]);
    if (Number.isFinite(now.here) && Number.isFinite(now.slope)) {
      measured(pen, palette, points, place);
      // Both come from what JAX answers.
      if (!state.told.has(state.at)) theory(pen, view, palette, now);
    } else {
      pen.font = FONT;
      pen.textAlign = "center";
      const text = "no tangent here, so no error of it";
      const [middle, y, wide] = [view.left + view.wide / 2, view.top + view.tall / 2, pen.measureText(text).width + 12];
      pen.fillStyle = palette.surface;
      pen.fillRect(middle - wide / 2, y - 12, wide, 24);
      pen.fillStyle = palette.text;
      pen.fillText(text, middle, y);
    }
    if (Number.isFinite(now.error32)) {
      handle(pen, place(Math.abs(now.epsilon), now.error32), 6, palette.loss, palette.surface);
    }
  });
  const shown = Number.isFinite(now.error) ? number(Math.abs(now.error), 3) : "not defined";
  state.errors.setAttribute("aria-label", `Error of the straight line against epsilon, powers of ten; now ${shown}`);
}

/** Half the second derivative times epsilon², as far as there is one; and where float32's rounding begins. */
function theory(pen, view, palette, now) {
  const half = Math.log10(Math.abs(now.curvature) / 2);
  if (Number.isFinite(half) && half > -12) {
    const ends = [view.x0, view.x1].flatMap((power) => view.toPixel(power, half + 2 * power));
    ruled(pen, ends, palette.muted, 2, [8, 5]);
  }
  const floor = Math.log10(now.floor);
  if (Number.isFinite(floor)) {
    const [, y] = view.toPixel(0, floor);
    ruled(pen, [view.left, y, view.left + view.wide, y], palette.neutral, 2, [2, 3]);
  }
}

/** float64 as a line, float32 as dots; an error of exactly 0 has no logarithm and sits, hollow, on the lower edge. */
function measured(pen, palette, points, place) {
  pen.strokeStyle = palette.data;
  pen.lineWidth = 2;
  pen.beginPath();
  let down = false;
  for (const [epsilon, , exact] of points) {
    if (!Number.isFinite(exact)) {
      down = false;
      continue;
    }
    if (down) pen.lineTo(...place(epsilon, exact));
    else pen.moveTo(...place(epsilon, exact));
    down = true;
  }
  pen.stroke();
  for (const [epsilon, single] of points) {
    if (!Number.isFinite(single)) continue;
    const [x, y] = place(epsilon, single);
    pen.fillStyle = single ? palette.loss : palette.surface;
    pen.strokeStyle = palette.loss;
    pen.lineWidth = 1.5;
    dot(pen, [x, single ? y : y - 5], single ? 2.6 : 2.2);
    if (!single) pen.stroke();
  }
}
