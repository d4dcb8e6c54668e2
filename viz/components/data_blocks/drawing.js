// The block diagram: the last axis to the right, the one before it downward, the third into depth; further axes
// repeat the box, to the right and then downward. Lengths grow with the logarithm of a size, never in proportion.

import { grouped } from "./counting.js";

const ROTATIONS = { right: 0, down: -90, depth: -38, across: 0, below: -90 };
const ROLES = ["right", "down", "depth", "across", "below"];
const SLANT = [0.78, -0.62];
const PARTED = 6; // up to this size every part of an axis is drawn
const MOVE = 900; // ms

/** Pixels for a size: from low at 1 to high at a billion, by its logarithm. */
const extent = (size, low, high) => low + (high - low) * Math.min(1, Math.log10(size) / 5);

/** Which of an axis's entries are drawn: all of a few, else the first ones, dots and the last. */
function slots(size, most) {
  if (size <= most) return Array.from({ length: size }, () => true);
  return [...Array.from({ length: most - 2 }, () => true), false, true];
}

/** Where everything stands for axes [{id, size}] in a picture of width × height. */
function geometry(axes, width, height) {
  const rank = axes.length;
  const role = {};
  [...axes].reverse().forEach((axis, back) => {
    role[ROLES[back]] = axis;
  });
  const size = (name) => role[name]?.size ?? 1;
  const alone = rank <= 3;
  const length = {
    right: extent(size("right"), 26, alone ? 250 : 110),
    down: role.down ? extent(size("down"), 26, alone ? 220 : 110) : 26,
    depth: role.depth ? extent(size("depth"), 16, alone ? 110 : 64) : 0,
  };
  const columns = role.across ? slots(size("across"), width < 500 ? 3 : 5) : [true];
  const rows = role.below ? slots(size("below"), 3) : [true];
  const margin = { left: role.below ? 62 : 34, right: role.depth ? 46 : 14, top: role.across ? 52 : 14, bottom: 46 };
  const gap = 24;
  const reach = () => [length.right + SLANT[0] * length.depth, length.down - SLANT[1] * length.depth];
  const dots = 34;
  const span = (drawn, step) => drawn.reduce((sum, here) => sum + (here ? step : dots), 0) + gap * (drawn.length - 1);
  const fit = Math.min(
    1.7,
    (width - margin.left - margin.right) / span(columns, reach()[0]),
    (height - margin.top - margin.bottom) / span(rows, reach()[1]),
  );
  for (const name of Object.keys(length)) length[name] *= fit;
  const [wide, high] = reach();
  const left = margin.left + (width - margin.left - margin.right - span(columns, wide)) / 2;
  const top = margin.top + (height - margin.top - margin.bottom - span(rows, high)) / 2;
  const whole = [span(columns, wide), span(rows, high)];
  return { role, length, columns, rows, wide, high, left, top, gap, dots, whole };
}

const labelText = (axis) => `${axis.name}: ${grouped(axis.size)}`;

/** The middle of a label that begins at a place and runs along the slant. */
function aside([x, y], axis) {
  const half = axis ? 3.7 * labelText(axis).length : 0;
  return [x + SLANT[0] * half, y + SLANT[1] * half];
}

/** The boxes' front corners, the dots, and per axis its vector within a box and its label's place. */
function placed(axes, width, height) {
  const plan = geometry(axes, width, height);
  const { role, length, left, top, wide, high, gap } = plan;
  const boxes = [];
  const dots = [];
  let y = top;
  for (const rowHere of plan.rows) {
    let x = left;
    for (const here of plan.columns) {
      if (rowHere && here) boxes.push([x, y + high - length.down]);
      else if (rowHere) dots.push([x + plan.dots / 2, y + high / 2, "…"]);
      x += (here ? wide : plan.dots) + gap;
    }
    if (!rowHere) dots.push([left + plan.whole[0] / 2, y + plan.dots / 2, "⋮"]);
    y += (rowHere ? high : plan.dots) + gap;
  }
  const vector = {
    right: [length.right, 0],
    down: [0, length.down],
    depth: [SLANT[0] * length.depth, SLANT[1] * length.depth],
  };
  const [x0, y0] = boxes[0];
  const end = plan.columns.filter(Boolean).length - 1; // the last box of the first row
  const lowest = boxes.at(-1)[1] + length.down;
  const label = {
    right: [x0 + length.right / 2, (role.below ? y0 + length.down : lowest) + 24],
    down: [x0 - 11, y0 + length.down / 2],
    depth: aside([boxes[end][0] + length.right + 12, y0 + length.down + 8], role.depth),
    across: [left + plan.whole[0] / 2, top - 34],
    below: [left - 44, top + plan.whole[1] / 2],
  };
  const marks = Object.entries(role).map(([name, axis]) => ({
    id: axis.id,
    color: axis.color,
    size: axis.size,
    text: labelText(axis),
    vector: vector[name] ?? null,
    at: label[name],
    turn: ROTATIONS[name],
    role: name,
  }));
  const brackets = [];
  if (role.across) brackets.push([role.across.color, [left, top - 24], [left + plan.whole[0], top - 24]]);
  if (role.below) brackets.push([role.below.color, [left - 34, top], [left - 34, top + plan.whole[1]]]);
  return { boxes, dots, marks, brackets };
}

const blend = (from, to, share) => from.map((value, place) => value + (to[place] - value) * share);
const line = ([x, y], [u, v]) => `M${x.toFixed(1)} ${y.toFixed(1)}l${u.toFixed(1)} ${v.toFixed(1)}`;

/** One box as SVG: faces, the lines between few parts, and its twelve edges in the colours of their axes. */
function box(corner, inner) {
  const at = (...vectors) => vectors.reduce(([x, y], [u, v]) => [x + u, y + v], corner);
  const none = [0, 0];
  const [a, b, c] = [0, 1, 2].map((place) => inner[place]?.vector ?? (place === 1 ? [0, 26] : none));
  const face = (start, u, v, name) => `<path class="${name}" d="${line(start, u)}l${v.join(" ")}l${-u[0]} ${-u[1]}z"/>`;
  let drawn = face(at(), a, b, "front");
  if (inner[2]) drawn += face(at(), a, c, "top") + face(at(a), b, c, "side");
  const parts = (mark, ways) => {
    if (!mark || mark.size > PARTED) return "";
    let path = "";
    for (let part = 1; part < mark.size; part += 1) {
      const step = mark.vector.map((value) => (value * part) / mark.size);
      for (const [start, way] of ways) path += line([start[0] + step[0], start[1] + step[1]], way);
    }
    return `<path class="part" d="${path}"/>`;
  };
  drawn +=
    parts(inner[0], [
      [at(), b],
      [at(), c],
    ]) +
    parts(inner[1], [
      [at(), a],
      [at(a), c],
    ]);
  drawn += parts(inner[2], [
    [at(), a],
    [at(a), b],
  ]);
  const edges = [
    [inner[0], a, [at(), at(b), at(c)]],
    [inner[1], b, [at(), at(a), at(a, c)]],
    [inner[2], c, [at(), at(a), at(a, b)]],
  ];
  for (const [mark, way, starts] of edges) {
    const path = starts.map((start) => line(start, way)).join("");
    if (mark) drawn += `<path class="edge" style="stroke:var(--uncrumple-${mark.color})" d="${path}"/>`;
    else if (way === b) drawn += `<path class="edge plain" d="${line(at(), b)}${line(at(a), b)}"/>`;
  }
  return drawn;
}

/** The marks of the axes within a box, by role right, down, depth. */
const innerOf = (marks) => ["right", "down", "depth"].map((name) => marks.find((mark) => mark.role === name));

function bodyOf({ boxes, dots, marks, brackets }, opacity = 1, inner = innerOf(marks)) {
  return (
    `<g opacity="${opacity.toFixed(2)}">` +
    brackets
      .map(
        ([color, [x, y], [u, v]]) =>
          `<path class="edge" style="stroke:var(--uncrumple-${color})" d="${line([x, y], [u - x, v - y])}"/>`,
      )
      .join("") +
    boxes.map((corner) => `<g class="box">${box(corner, inner)}</g>`).join("") +
    dots.map(([x, y, text]) => `<text class="dots" x="${x}" y="${y}">${text}</text>`).join("") +
    "</g>"
  );
}

const labelsOf = (marks) =>
  marks
    .map(
      ({ id, color, at, turn, text }) => `
  <text class="axis" data-axis="${id}" style="fill:var(--uncrumple-${color})"
    transform="translate(${at[0].toFixed(1)} ${at[1].toFixed(1)}) rotate(${turn.toFixed(1)})">${text}</text>`,
    )
    .join("");

/** The picture on its way from one arrangement of the same axes to another, share 0 to 1. */
function between(from, to, share) {
  const old = new Map(from.marks.map((mark) => [mark.id, mark]));
  const marks = to.marks.map((mark) => {
    const before = old.get(mark.id);
    // Halfway the label leaves its straight way a little, so that two that change places do not cross.
    const far = Math.hypot(mark.at[0] - before.at[0], mark.at[1] - before.at[1]) > 60;
    const bend = [0, far ? -26 * Math.sin(Math.PI * share) * Math.sign(mark.at[0] - before.at[0] || 1) : 0];
    const at = blend(before.at, mark.at, share).map((value, place) => value + bend[place]);
    const vector = before.vector && mark.vector && blend(before.vector, mark.vector, share);
    return { ...mark, at, turn: before.turn + (mark.turn - before.turn) * share, vector };
  });
  const kept = marks.every((mark, place) => !to.marks[place].vector === !mark.vector);
  const rigid = kept && from.boxes.length === to.boxes.length;
  if (!rigid) return bodyOf(from, 1 - share) + bodyOf(to, share) + labelsOf(marks);
  const boxes = to.boxes.map((corner, place) => blend(from.boxes[place], corner, share));
  return bodyOf({ ...to, boxes, marks }) + labelsOf(marks);
}

/** Draw the axes into an SVG element; a changed order of the same axes travels, unless motion is unwelcome. */
export function drawBlocks(state, axes) {
  const width = Math.round(state.picture.clientWidth);
  if (!width) return;
  const height = width < 500 ? 330 : 400;
  const next = placed(axes, width, height);
  const moved =
    state.shown &&
    state.shown.width === width &&
    state.shown.ids !== String(axes.map((axis) => axis.id)) &&
    state.shown.sizes === String(axes.map((axis) => `${axis.id}:${axis.size}`).sort());
  const from = state.shown?.place;
  state.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  state.svg.setAttribute("height", String(height));
  state.shown = {
    width,
    place: next,
    ids: String(axes.map((axis) => axis.id)),
    sizes: String(axes.map((axis) => `${axis.id}:${axis.size}`).sort()),
  };
  cancelAnimationFrame(state.motion);
  const finish = () => {
    state.svg.innerHTML = bodyOf(next) + labelsOf(next.marks);
    state.root.dataset.drawn = String(Number(state.root.dataset.drawn ?? 0) + 1);
    state.root.dataset.moving = "false";
  };
  if (!moved || matchMedia("(prefers-reduced-motion: reduce)").matches) return finish();
  state.root.dataset.moving = "true";
  const begun = performance.now();
  const frame = (now) => {
    const time = Math.min(1, Math.max(0, (now - begun) / MOVE));
    if (time === 1) return finish();
    state.svg.innerHTML = between(from, next, time * time * (3 - 2 * time));
    state.motion = requestAnimationFrame(frame);
  };
  state.motion = requestAnimationFrame(frame);
}
