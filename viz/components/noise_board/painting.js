// The four pictures of noise_board: points and line, and three surfaces with their fans of arrows.

import { clipped, disc, arrow as drawArrow } from "../shared/pen.js";
import { paintAxes, paintSurface, SIDES, sized, viewOf } from "./map.js";

export function paintPoints(state, palette, found, drawing, narrow) {
  const { canvas } = state.pictures.points;
  const { pen, width, height } = sized(canvas, narrow ? 220 : 300);
  const reach = Math.max(3, ...state.xs.map(Math.abs), ...state.ys.map(Math.abs)) * (state.data.editable ? 1 : 1.05);
  const view = (state.views.points = viewOf(width, height, [-reach, reach], [-reach, reach]));
  paintAxes(pen, view, palette, { xs: [-2, 0, 2], ys: [-2, 0, 2], x: state.data.axes[0], y: state.data.axes[1] });
  const batch = new Set(found.batch.indices[drawing] ?? []);
  const sample = found.sample.indices[drawing]?.[0];
  clipped(pen, view, () => {
    state.xs.forEach((x, k) => {
      const place = view.toPixel([x, state.ys[k]]);
      const large = state.data.editable ? 2 : 0;
      pen.globalAlpha = batch.has(k) || k === sample || state.data.editable ? 1 : 0.35;
      disc(pen, place, (batch.has(k) ? 5 : 3.5) + large, palette[batch.has(k) ? "weights" : "data"], palette.surface);
      pen.globalAlpha = 1;
      if (k === sample) ring(pen, place, 8 + large, palette.data, []);
      if (state.data.editable && k === state.chosen && document.activeElement === canvas) {
        ring(pen, place, 12, palette.muted, [3, 3]);
      }
    });
    const [w, b] = state.place;
    pen.strokeStyle = palette.text;
    pen.lineWidth = 2.5;
    pen.beginPath();
    for (const x of [-reach, reach]) pen.lineTo(...view.toPixel([x, w * x + b]));
    pen.stroke();
  });
}

function ring(pen, [x, y], radius, color, dash) {
  pen.setLineDash(dash);
  pen.strokeStyle = color;
  pen.lineWidth = 2.5;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.stroke();
  pen.setLineDash([]);
}

export function paintPane(state, pane, found, palette, drawing, narrow) {
  const { pen, width, height } = sized(state.pictures[pane].canvas, narrow ? 220 : 300);
  const view = (state.views[pane] = viewOf(width, height, SIDES, SIDES));
  const now = pane === "full" ? 0 : drawing;
  paintSurface(pen, view, found.means[now] ?? { count: 0 }, palette);
  const color = palette[{ full: "text", sample: "data", batch: "weights" }[pane]];
  clipped(pen, view, () => {
    if (pane !== "full") {
      found.vectors.forEach((vector) => arrow(pen, view, state.place, vector, color, 0.35, 1.2));
      ellipse(pen, view, state.place, found, color);
    }
    if (found.vectors[now]) arrow(pen, view, state.place, found.vectors[now], color, 1, 3);
    if (pane !== "full" && found.vectors.length)
      arrow(pen, view, state.place, found.mean, palette.gradient, 1, 3, [4, 3]);
    disc(pen, view.toPixel(state.place), 6, palette.text, palette.surface);
  });
}

/** The way a step goes: a tenth of the gradient, turned round. */
function arrow(pen, view, from, gradient, color, alpha, wide, dash = []) {
  const [x, y] = view.toPixel(from);
  const [ex, ey] = view.toPixel([from[0] - ARROW * gradient[0], from[1] - ARROW * gradient[1]]);
  pen.globalAlpha = alpha;
  drawArrow(pen, [x, y], [ex, ey], color, { width: wide, dash });
  pen.globalAlpha = 1;
}

/** One standard deviation of the arrow tips around their mean. */
function ellipse(pen, view, from, { mean, covariance: [ww, wb, bb] }, color) {
  const half = Math.sqrt(ww);
  if (!(ww + bb > 0)) return;
  const rest = Math.sqrt(Math.max(bb - (ww ? wb ** 2 / ww : 0), 0));
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  for (let k = 0; k <= 48; k += 1) {
    const [c, s] = [Math.cos((k * Math.PI) / 24), Math.sin((k * Math.PI) / 24)];
    const tip = [mean[0] + half * c, mean[1] + (half ? wb / half : 0) * c + rest * s];
    pen.lineTo(...view.toPixel([from[0] - ARROW * tip[0], from[1] - ARROW * tip[1]]));
  }
  pen.stroke();
  pen.setLineDash([]);
}

const ARROW = 0.1;
