// Where the cells of a scene stand: arrangements, scale, the way between two poses. Belongs to live_cells.

import { bracketBox, bracketShape, labelBox } from "./painting.js";

function arrangement(state, spread) {
  const { arrangements } = state.scene;
  const narrow = state.width < NARROW_BELOW;
  if (spread) return (narrow && arrangements.narrow_spread) || arrangements.spread || arrangement(state, false);
  return (narrow && arrangements.narrow) || arrangements.poses;
}

/** The room one arrangement needs: the scale that lets every pose fit, its origin and height in pixels. */
function fit(state, poses) {
  let [left, top, right, bottom] = [0, 0, 1, 1];
  for (const pose of poses) {
    pose.presence.forEach((presence, cell) => {
      if (!presence) return;
      const [x, y] = [pose.positions[2 * cell], pose.positions[2 * cell + 1]];
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    });
  }
  let pads = [4, 4, 4, 4];
  let scale = 1;
  for (let round = 0; round < 3; round += 1) {
    const { maxCell, maxHeight } = state.data;
    scale = Math.min(
      maxCell,
      (state.width - pads[0] - pads[2]) / (right - left),
      (maxHeight - pads[1] - pads[3]) / (bottom - top),
    );
    scale = Math.max(scale, 1);
    if (scale > 12) scale = Math.floor(scale);
    const at = ([x, y]) => [(x - left) * scale, (y - top) * scale];
    const box = [0, 0, (right - left) * scale, (bottom - top) * scale];
    const edges = [...box];
    for (const pose of poses) {
      const boxes = [
        ...pose.axes.map((mark) => bracketBox(bracketShape(state.context, mark, at))),
        ...pose.labels.map((label) => labelBox(state.context, label, at, scale)),
      ];
      for (const [x0, y0, x1, y1] of boxes) {
        edges[0] = Math.min(edges[0], x0);
        edges[1] = Math.min(edges[1], y0);
        edges[2] = Math.max(edges[2], x1);
        edges[3] = Math.max(edges[3], y1);
      }
    }
    pads = [box[0] - edges[0] + 4, box[1] - edges[1] + 4, edges[2] - box[2] + 4, edges[3] - box[3] + 4];
  }
  const origin = [pads[0] - left * scale, pads[1] - top * scale];
  return { scale, origin, height: Math.ceil((bottom - top) * scale + pads[1] + pads[3]) };
}

/**
 * Size the canvas for the scene and width. It grows with its scenes and keeps its height while they are alike, so that
 * nothing below jumps; only a scene of less than half the height lets it shrink.
 */
export function measure(state) {
  if (!state.scene || !state.width) return;
  const plain = fit(state, arrangement(state, false));
  const fanned = state.scene.arrangements.spread ? fit(state, arrangement(state, true)) : plain;
  state.fits = [plain, fanned];
  const wanted = Math.max(plain.height, fanned.height, 40);
  const kept = state.sizes.get(state.width < NARROW_BELOW) ?? 0;
  state.height = wanted < 0.5 * kept ? wanted : Math.max(wanted, kept);
  state.sizes.set(state.width < NARROW_BELOW, state.height);
  state.ratio = window.devicePixelRatio || 1;
  state.canvas.width = Math.round(state.width * state.ratio);
  state.canvas.height = Math.round(state.height * state.ratio);
  state.canvas.style.height = `${state.height}px`;
  state.root.dataset.arrangement = state.width < NARROW_BELOW && state.scene.arrangements.narrow ? "narrow" : "wide";
  state.paint(state);
}

export const mix = (a, b, part) => a + (b - a) * part;

/** Arrays and marks between two poses. */
function between(a, b, part) {
  if (a === b || part === 0) return a;
  const count = a.presence.length;
  const positions = new Float32Array(2 * count);
  for (let k = 0; k < 2 * count; k += 1) positions[k] = mix(a.positions[k], b.positions[k], part);
  const presence = a.presence.map((value, cell) => mix(value, b.presence[cell], part));
  // A ghost that stands there already is one on the way as well.
  const ghosts = a.ghosts.map((value, cell) => Math.max(value * (part < 1), b.ghosts[cell]));
  const { order } = part < 0.5 ? a : b;
  const [thread, threadAlpha] = part < 0.5 ? [a.thread, 1 - 2 * part] : [b.thread, 2 * part - 1];
  return {
    positions,
    presence,
    ghosts,
    order,
    thread,
    threadAlpha: a.thread.join() === b.thread.join() ? 1 : threadAlpha,
    axes: betweenMarks(a.axes, b.axes, part, mixBracket),
    labels: betweenMarks(a.labels, b.labels, part, mixLabel),
  };
}

function betweenMarks(a, b, part, mixed) {
  if (a.length === b.length) return a.map((mark, k) => mixed(mark, b[k], part));
  const faded = (marks, alpha) => marks.map((mark) => ({ ...mark, alpha: (mark.alpha ?? 1) * alpha }));
  return [...faded(a, 1 - part), ...faded(b, part)];
}

function mixBracket(a, b, part) {
  const pair = (name) => [mix(a[name][0], b[name][0], part), mix(a[name][1], b[name][1], part)];
  return { ...(part < 0.5 ? a : b), start: pair("start"), end: pair("end") };
}

function mixLabel(a, b, part) {
  return { ...(part < 0.5 ? a : b), x: mix(a.x, b.x, part), y: mix(a.y, b.y, part), lift: mix(a.lift, b.lift, part) };
}

export function currentPose(state, { from, to, part }) {
  const plain = arrangement(state, false);
  const pose = between(plain[from.pose], plain[to.pose], part);
  if (!state.spread || !state.scene.arrangements.spread) return pose;
  const fanned = arrangement(state, true);
  return between(pose, between(fanned[from.pose], fanned[to.pose], part), state.spread);
}

const NARROW_BELOW = 600;
