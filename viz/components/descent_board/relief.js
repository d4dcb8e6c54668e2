// The surface in perspective, turned by dragging, with the same paths. For descent_board.

import { fit, request } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { FONT } from "../shared/pen.js";
import { drag, onArrows } from "../shared/pointing.js";
import { channelsOf } from "./map.js";
import { sheetFor } from "./settings.js";
import { interpolated } from "./words.js";

const MESH = 36;
const SHADES = 32;
const LIFT = 0.45;
const RELIEF_MARGIN = 18;
export const TILTS = [0.15, 1.5];
export const TURNS = [-Math.PI, Math.PI];
export const ANGLE = [-0.6, 0.62];

/** Heights for the relief, 0 to 1: linear, or logarithmic where a few heights would flatten all others. */
export function prepareRelief(state) {
  state.reliefView = null;
  if (state.view.curve) return;
  state.reliefSheet = fit(state.relief, state.narrow ? 240 : 260);
  const { resolution: n } = state.data.surface;
  const { low, high } = state.rank;
  const middle = state.rank.at(0.5) - low;
  const steep = high - low > 30 * middle && middle > 0;
  const scale = steep ? middle / 5 : 1;
  const lift = (value) => {
    const above = Math.max(Math.min(value, high) - low, 0);
    return steep ? Math.log1p(above / scale) / Math.log1p((high - low) / scale) : above / (high - low || 1);
  };
  const heights = new Float32Array((MESH + 1) ** 2);
  for (let k = 0; k < heights.length; k += 1) {
    const [row, column] = [Math.floor(k / (MESH + 1)), k % (MESH + 1)];
    const value = state.values[Math.round((row / MESH) * (n - 1)) * n + Math.round((column / MESH) * (n - 1))];
    heights[k] = Number.isFinite(value) ? lift(value) : NaN;
  }
  state.reliefView = { heights, lift, shades: shadesOf(state.palette), painted: "" };
  state.reliefCaption.textContent = `Drag, or use the arrow keys, to turn. Height: loss${steep ? ", on a log scale" : ""}.`;
}

/** Colours of faces from the lowest to the highest: redder where lower, as on the map. */
function shadesOf(palette) {
  const [deep, paper] = ["loss", "surface"].map((name) => channelsOf(palette[name]));
  return Array.from({ length: SHADES + 1 }, (_, k) => {
    const strength = 0.62 - 0.5 * (k / SHADES);
    return `rgb(${paper.map((channel, c) => Math.round(channel + (deep[c] - channel) * strength)).join(" ")})`;
  });
}

/** Turn about the vertical axis, tilt, and project in parallel onto pixels; at every angle the whole box fits. */
function projector(state) {
  const { width, height } = state.reliefSheet;
  const [turn, tilt] = state.angle;
  const [ct, st, cs, ss] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const half = (Math.abs(ct) + Math.abs(st)) / 2;
  const [wide, tall] = [width - 2 * RELIEF_MARGIN, height - 2 * RELIEF_MARGIN];
  const size = Math.min(wide / (2 * half), tall / (2 * half * ss + LIFT * cs));
  const middle = height / 2 + (LIFT * cs * size) / 2;
  return (u, v, w) => {
    const [x, y] = [u - 0.5, v - 0.5];
    return [width / 2 + (x * ct - y * st) * size, middle - ((x * st + y * ct) * ss + w * LIFT * cs) * size];
  };
}

export function paintRelief(state, step) {
  const { pen: context, width, height } = state.reliefSheet;
  const project = projector(state);
  const key = state.angle.join();
  state.kept.put(state.angle.some((part, k) => Math.abs(part - ANGLE[k]) > 0.005) ? state.angle : null);
  if (state.reliefView.painted !== key) {
    state.reliefView.painted = key;
    state.reliefPaper = paintMesh(state, project);
  }
  context.clearRect(0, 0, width, height);
  context.drawImage(state.reliefPaper, 0, 0, width, height);
  for (const method of state.methods) paintReliefPath(state, context, method, step, project);
  if (state.hover) paintHovered(state, context, project);
}

function paintMesh(state, project) {
  const { paper, pen } = sheetFor(state.reliefSheet);
  const { heights, shades } = state.reliefView;
  const side = MESH + 1;
  const [px, py] = [new Float32Array(side * side), new Float32Array(side * side)];
  for (let k = 0; k < px.length; k += 1) {
    [px[k], py[k]] = project((k % side) / MESH, Math.floor(k / side) / MESH, heights[k]);
  }
  paintBase(state, pen, project);
  pen.lineWidth = 0.6;
  pen.strokeStyle = state.palette.edge;
  // From back to front: the turn alone says in which order rows and columns lie.
  const rows = order(Math.cos(state.angle[0]) > 0);
  const columns = order(Math.sin(state.angle[0]) > 0);
  for (const row of rows) {
    for (const column of columns) {
      const at = row * side + column;
      const mean = (heights[at] + heights[at + 1] + heights[at + side] + heights[at + side + 1]) / 4;
      if (!Number.isFinite(mean)) continue;
      pen.fillStyle = shades[Math.round(SHADES * mean)];
      pen.beginPath();
      pen.moveTo(px[at], py[at]);
      pen.lineTo(px[at + 1], py[at + 1]);
      pen.lineTo(px[at + side + 1], py[at + side + 1]);
      pen.lineTo(px[at + side], py[at + side]);
      pen.closePath();
      pen.fill();
      pen.stroke();
    }
  }
  return paper;
}

/** 0 to MESH - 1, the far end first. */
function order(backwards) {
  return Array.from({ length: MESH }, (_, k) => (backwards ? MESH - 1 - k : k));
}

/** The ground the surface stands on, with the names and ends of its axes along the near sides. */
function paintBase(state, pen, project) {
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ].map(([u, v]) => project(u, v, 0));
  pen.strokeStyle = state.palette.mesh;
  pen.beginPath();
  corners.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.stroke();
  pen.font = FONT;
  pen.fillStyle = state.palette.muted;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  const nearV = Math.cos(state.angle[0]) > 0 ? 0 : 1;
  const nearU = Math.sin(state.angle[0]) > 0 ? 0 : 1;
  const [[x0, x1], [y0, y1]] = state.data.surface.window;
  const aside = (near) => (near ? 1.07 : -0.07);
  const write = (text, u, v) => pen.fillText(text, ...project(u, v, 0));
  for (const [text, u] of [
    [number(x0), 0.06],
    ["x", 0.5],
    [number(x1), 0.94],
  ])
    write(text, u, aside(nearV));
  for (const [text, v] of [
    [number(y0), 0.06],
    ["y", 0.5],
    [number(y1), 0.94],
  ])
    write(text, aside(nearU), v);
}

function paintReliefPath(state, context, { run, color }, step, project) {
  const [[x0, x1], [y0, y1]] = state.data.surface.window;
  const end = Math.min(step, run.end - 1);
  context.strokeStyle = context.fillStyle = state.palette[color];
  context.lineWidth = 2;
  context.beginPath();
  let last = null;
  for (let t = 0; t <= end; t += 1) {
    const [u, v] = [(run.axes[0][t] - x0) / (x1 - x0), (run.axes[1][t] - y0) / (y1 - y0)];
    // Outside the window there is no surface to stand on.
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) {
      last = null;
      continue;
    }
    const spot = project(u, v, state.reliefView.lift(run.losses[t]));
    if (last) context.lineTo(spot[0], spot[1]);
    else context.moveTo(spot[0], spot[1]);
    last = spot;
  }
  context.stroke();
  if (!last) return;
  context.beginPath();
  context.arc(last[0], last[1], 5, 0, 7);
  context.fill();
}

/** Where the mouse points on the map, here as well. */
function paintHovered(state, context, project) {
  const [[x0, x1], [y0, y1]] = state.data.surface.window;
  const value = interpolated(state, state.hover);
  if (!Number.isFinite(value)) return;
  const [u, v] = [(state.hover[0] - x0) / (x1 - x0), (state.hover[1] - y0) / (y1 - y0)];
  const [x, y] = project(u, v, state.reliefView.lift(value));
  context.strokeStyle = state.palette.text;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 6, 0, 7);
  context.stroke();
}

export function turnByPointer(state) {
  const turnTo = (turn, tilt) => {
    state.angle = [turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI)), Math.min(Math.max(tilt, TILTS[0]), TILTS[1])];
    request(state);
  };
  drag(state.relief, {
    begin: (event) => [event.clientX, event.clientY, ...state.angle],
    move: ([x, y, turn, tilt], event) => turnTo(turn - (event.clientX - x) / 150, tilt + (event.clientY - y) / 150),
  });
  onArrows(state.relief, ([right, up]) => turnTo(state.angle[0] - 0.12 * right, state.angle[1] + 0.1 * up));
}
