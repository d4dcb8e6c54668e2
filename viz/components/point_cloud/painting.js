// How a point cloud is drawn: turned, projected, sorted by depth, each point a small picture made once. For point_cloud.

import { fit } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { penOf } from "../shared/pen.js";
import { ticks } from "../shared/ticks.js";

const DEPTHS = 24;
const SHAPES = ["disc", "square", "triangle", "diamond"];
const FAR_FADE = 0.6;
const CAMERA = 4;
const ROOM = 0.94;

/** Centre and reach of what is seen, gliding between the stages. */
function frameOf(state) {
  const stage = Math.min(Math.floor(state.position), state.stages.length - 1);
  const next = Math.min(stage + 1, state.stages.length - 1);
  const part = state.position - stage;
  const [a, b] = [state.stages[stage], state.stages[next]];
  const mix = (from, to) => from * (1 - part) + to * part;
  const centre = a.centre.map((at, k) => mix(at, b.centre[k]));
  return { a: a.points, b: b.points, part, centre, reach: mix(a.near, b.near) };
}

export function paintCloud(state) {
  const { pen, width, height } = fit(state.canvas, state.data.height, state.canvas.clientWidth);
  const frame = frameOf(state);
  if (state.data.flat) paintAxes(state, pen, frame, width, height);
  project(state, frame, width, height);
  paintLines(state, pen);
  paintPoints(state, pen);
  paintMarked(state, pen);
}

const unitOf = (reach, width, height) => (ROOM * Math.min(width, height)) / 2 / reach;

/** Every point's pixel, and how near it is, 0 (far) to 1. */
function project(state, { a, b, part, centre, reach }, width, height) {
  const { count, flat } = state.data;
  if (!state.pixels || state.pixels.length !== 2 * count) {
    state.pixels = new Float32Array(2 * count);
    state.near = new Float32Array(count);
  }
  const [turn, tilt] = flat ? [0, 0] : state.angle;
  const [ct, st, cs, ss] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const size = unitOf(reach, width, height);
  for (let k = 0; k < count; k += 1) {
    const at = 3 * k;
    const x = a[at] + (b[at] - a[at]) * part - centre[0];
    const y = a[at + 1] + (b[at + 1] - a[at + 1]) * part - centre[1];
    const z = a[at + 2] + (b[at + 2] - a[at + 2]) * part - centre[2];
    // Third axis upward: turned about it, then tilted towards the reader.
    const depth = flat ? 0 : (x * st + y * ct) * cs - z * ss;
    const over = flat ? y : (x * st + y * ct) * ss + z * cs;
    const scale = flat ? size : (size * CAMERA) / (CAMERA + depth / reach);
    state.pixels[2 * k] = width / 2 + (flat ? x : x * ct - y * st) * scale;
    state.pixels[2 * k + 1] = height / 2 - over * scale;
    state.near[k] = flat ? 1 : (1 - depth / reach) / 2;
  }
}

function paintLines(state, pen) {
  const { lines, pixels, near } = state;
  if (!lines.length) return;
  pen.lineWidth = 1;
  // Far lines are paler, never transparent: a mesh that tells where a sheet lies must be seen on its paper.
  const { mesh, neutral } = state.palette;
  for (const [low, high, color] of state.data.flat
    ? [[-1, 2, mesh]]
    : [
        [-1, 0.5, mesh],
        [0.5, 2, neutral],
      ]) {
    pen.strokeStyle = color;
    pen.beginPath();
    for (let k = 0; k < lines.length; k += 2) {
      const [from, to] = [lines[k], lines[k + 1]];
      if (near[from] < low || near[from] >= high) continue;
      if (Number.isNaN(pixels[2 * from]) || Number.isNaN(pixels[2 * to])) continue;
      pen.moveTo(pixels[2 * from], pixels[2 * from + 1]);
      pen.lineTo(pixels[2 * to], pixels[2 * to + 1]);
    }
    pen.stroke();
  }
}

/** Far points first: counted into DEPTHS shelves, which is all the order the eye needs. */
function paintPoints(state, pen) {
  const { pixels, near, classes, hidden, sprites } = state;
  const { count } = state.data;
  const shelf = new Uint8Array(count);
  const ends = new Uint32Array(DEPTHS + 1);
  for (let k = 0; k < count; k += 1) {
    shelf[k] = Math.min(Math.max(Math.floor(near[k] * DEPTHS), 0), DEPTHS - 1);
    ends[shelf[k] + 1] += 1;
  }
  for (let depth = 0; depth < DEPTHS; depth += 1) ends[depth + 1] += ends[depth];
  const order = new Uint32Array(count);
  for (let k = 0; k < count; k += 1) order[ends[shelf[k]]++] = k;
  for (const k of order) {
    if (hidden[k] || Number.isNaN(pixels[2 * k])) continue;
    const { picture, size } = sprites[classes[k]][shelf[k]];
    pen.drawImage(picture, pixels[2 * k] - size / 2, pixels[2 * k + 1] - size / 2, size, size);
  }
}

/** Marked points, and the one pointed at, over all others with a ring. */
function paintMarked(state, pen) {
  const shown = state.hovered >= 0 ? [...state.data.marked, state.hovered] : state.data.marked;
  for (const k of shown) {
    const [x, y] = [state.pixels[2 * k], state.pixels[2 * k + 1]];
    if (Number.isNaN(x)) continue;
    const { picture, size } = state.sprites[state.classes[k]][DEPTHS - 1];
    pen.drawImage(picture, x - size, y - size, 2 * size, 2 * size);
    pen.strokeStyle = state.palette.text;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, size + 3, 0, 2 * Math.PI);
    pen.stroke();
  }
}

// Signs: one small picture for each class and depth.

export function makeSprites(state) {
  const { names, signs, count } = state.data;
  const base = signs === "digits" ? 13 : count > 1500 ? 7 : 9;
  return names.map((_, kind) =>
    Array.from({ length: DEPTHS }, (__, depth) => {
      const near = state.data.flat ? 1 : depth / (DEPTHS - 1);
      const size = state.data.flat ? base : base * (0.75 + 0.5 * near);
      const picture = document.createElement("canvas");
      const ratio = window.devicePixelRatio || 1;
      [picture.width, picture.height] = [Math.ceil(size * ratio), Math.ceil(size * ratio)];
      paintSign(state, picture, kind, FAR_FADE * (1 - near));
      return { picture, size };
    }),
  );
}

export function drawSign(state, canvas, kind) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [14 * ratio, 14 * ratio];
  paintSign(state, canvas, kind, 0);
}

/** A class's sign over the whole canvas; fade mixes its colour with the paper's. */
function paintSign(state, canvas, kind, fade) {
  const pen = penOf(canvas);
  const size = canvas.width;
  pen.fillStyle = mixed(state.palette[state.data.colors[kind]], state.palette.surface, fade);
  if (state.data.signs === "digits") {
    pen.font = `700 ${size}px system-ui, sans-serif`;
    [pen.textAlign, pen.textBaseline] = ["center", "middle"];
    pen.fillText(state.data.names[kind].slice(0, 1), size / 2, size * 0.54);
    return;
  }
  const middle = size / 2;
  pen.strokeStyle = mixed(state.palette.surface, state.palette.surface, 0);
  pen.lineWidth = size / 12;
  pen.beginPath();
  const shape = SHAPES[kind % SHAPES.length];
  if (shape === "disc") pen.arc(middle, middle, size * 0.42, 0, 2 * Math.PI);
  if (shape === "square") pen.rect(size * 0.14, size * 0.14, size * 0.72, size * 0.72);
  const corners = shape === "triangle" ? 3 : shape === "diamond" ? 4 : 0;
  for (let k = 0; k < corners; k += 1) {
    const angle = -Math.PI / 2 + (2 * Math.PI * k) / corners;
    pen.lineTo(middle + Math.cos(angle) * size * 0.46, middle + Math.sin(angle) * size * 0.46);
  }
  pen.closePath();
  pen.fill();
  pen.stroke();
}

function mixed(color, paper, fade) {
  const [from, to] = [color, paper].map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  return `rgb(${from.map((channel, k) => Math.round(channel + (to[k] - channel) * fade)).join(" ")})`;
}

// Axes of a plane.

function paintAxes(state, pen, { centre, reach }, width, height) {
  const size = unitOf(reach, width, height);
  const [wide, tall] = [width / 2 / size, height / 2 / size];
  pen.font = "12px system-ui, sans-serif";
  pen.lineWidth = 1;
  for (const axis of [0, 1]) {
    const [low, high] = axis ? [centre[1] - tall, centre[1] + tall] : [centre[0] - wide, centre[0] + wide];
    for (const value of ticks(low, high, axis ? 6 : 8)) {
      const along = axis ? height / 2 - (value - centre[1]) * size : width / 2 + (value - centre[0]) * size;
      pen.strokeStyle = Math.abs(value) < 1e-12 ? state.palette.muted : state.palette.grid;
      pen.beginPath();
      pen.moveTo(axis ? 0 : along, axis ? along : 0);
      pen.lineTo(axis ? width : along, axis ? along : height);
      pen.stroke();
      pen.fillStyle = state.palette.muted;
      [pen.textAlign, pen.textBaseline] = axis ? ["left", "bottom"] : ["left", "alphabetic"];
      const inside = axis ? along > 16 && along < height - 24 : along > 40 && along < width - 30;
      if (inside) pen.fillText(number(value), axis ? 3 : along + 3, axis ? along - 1 : height - 4);
    }
  }
  if (!state.data.axes) return;
  pen.fillStyle = state.palette.text;
  pen.textAlign = "right";
  pen.fillText(`${state.data.axes[0]} →`, width - 4, height - 18);
  [pen.textAlign, pen.textBaseline] = ["left", "top"];
  pen.fillText(`↑ ${state.data.axes[1]}`, 3, 3);
}
