// A scene of tensors on a canvas. Pointing, walking by keyboard, playing and scrubbing happen here in the browser;
// only what the reader types into a cell, or picks, goes back to Python.

import { mount, paletteOf, request, watchTheme, watchWidth } from "../shared/board.js";
import { bytesOf } from "../shared/packing.js";
import { penOf } from "../shared/pen.js";
import { placeOf } from "../shared/place.js";
import { isStill, loop, makePlayer, paced } from "../shared/player.js";
import { onArrows } from "../shared/pointing.js";
import { currentPose, measure, mix } from "./layout.js";
import {
  bracketBox,
  bracketShape,
  Paints,
  paintBracket,
  paintCell,
  paintLabel,
  paintText,
  paintThread,
  textSize,
  widestTexts,
} from "./painting.js";
import { choose, clearPointer, edit, point, press, shownCell } from "./pointing.js";

const HINT = matchMedia("(pointer: coarse)").matches
  ? "Tap a cell or a bracket to read it."
  : "Point at a cell or a bracket, or press Tab and use the arrow keys; A shows an axis.";

function floats(text, Kind = Float32Array) {
  return new Kind(bytesOf(text).buffer);
}

/** A pose with its arrays decoded, its cells in painting order and the box they cover. */
function decodePose(pose) {
  const positions = floats(pose.positions);
  const layers = floats(pose.layers);
  const count = layers.length;
  const presence = pose.presence ? floats(pose.presence) : new Float32Array(count).fill(1);
  const ghosts = pose.ghosts ? floats(pose.ghosts) : new Float32Array(count);
  const order = Array.from({ length: count }, (_, cell) => cell).sort((a, b) => layers[a] - layers[b]);
  return { ...pose, positions, presence, ghosts, order };
}

function decode(scene) {
  const cells = [];
  const blocks = scene.blocks.map((block) => ({ ...block }));
  blocks.forEach((block, number) => {
    const strengths = floats(block.strengths);
    const flat = floats(block.indices, Float64Array);
    const rank = block.shape.length;
    // A word all cells share comes once.
    const word = (words, local) => (typeof words === "string" ? words : words[local]);
    block.first = cells.length;
    block.places = new Map();
    block.indices = Array.from(strengths, (_, local) => Array.from(flat.subarray(local * rank, (local + 1) * rank)));
    block.indices.forEach((index, local) => {
      block.places.set(index.join(), cells.length);
      cells.push({
        block: number,
        index,
        text: word(block.texts, local),
        value: word(block.values, local),
        fill: word(block.fills, local),
        strength: strengths[local],
      });
    });
  });
  const arrangements = {};
  for (const name of ["poses", "narrow", "spread", "narrow_spread"]) {
    if (scene[name]) arrangements[name] = scene[name].map(decodePose);
  }
  const frames = scene.frames.map((frame) => {
    const lit = new Map();
    for (const [color, members] of Object.entries(frame.lit)) for (const cell of members) lit.set(cell, color);
    return { ...frame, lit };
  });
  return { ...scene, blocks, cells, arrangements, frames };
}

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-cells";
  root.dataset.testid = "live-cells";
  root.innerHTML = `
    <div class="uncrumple-cells-stage"><canvas tabindex="0" role="application"></canvas></div>
    <p class="uncrumple-cells-caption" aria-live="polite"></p>
    <p class="uncrumple-cells-readout" data-testid="live-cells-readout" aria-live="polite"></p>
    <div class="uncrumple-cells-controls frames" data-scrubs hidden>
      <button type="button" class="play">Play</button>
      <button type="button" class="back" aria-label="Step back" title="Step back">◀</button>
      <button type="button" class="forth" aria-label="Step forward" title="Step forward">▶</button>
      <label class="step">Step <input type="range" min="0" value="0" aria-label="Step"> <output></output></label>
      <label class="speed">Speed <input type="range" min="-2" max="2" step="1" value="0" aria-label="Speed">
        <output>1×</output></label>
    </div>
    <div class="uncrumple-cells-controls sheets" data-scrubs hidden>
      <label class="fan">Fan out the sheets
        <input type="range" min="0" max="1" step="0.01" value="0" aria-label="Fan out the sheets"></label>
    </div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    stage: find(".uncrumple-cells-stage"),
    canvas: find("canvas"),
    caption: find(".uncrumple-cells-caption"),
    readout: find(".uncrumple-cells-readout"),
    frameControls: find(".frames"),
    sheetControls: find(".sheets"),
    slider: find(".step input"),
    count: find(".step output"),
    speed: find(".speed input"),
    speedOutput: find(".speed output"),
    fan: find(".fan input"),
    time: 0,
    goal: null,
    spread: 0,
    focus: null,
    hover: null,
    axis: null,
    width: 0,
    text: "",
    kept: placeOf(parent),
    drawn: 0,
    sent: 0,
    pending: 0,
    sizes: new Map(),
  };
  state.context = penOf(state.canvas);
  state.player = playerOf(state, find(".play"));
  listen(state, find);
  document.fonts.ready.then(() => {
    if (!state.scene) return;
    state.scene.widest = undefined;
    request(state);
  });
  watchWidth(state, measure);
  return state;
}

function listen(state, find) {
  find(".back").addEventListener("click", () => travelBy(state, -1));
  find(".forth").addEventListener("click", () => travelBy(state, 1));
  state.slider.addEventListener("input", () => {
    halt(state);
    seek(state, Number(state.slider.value));
  });
  onArrows(state.slider, ([right, up]) => travelBy(state, right + up));
  state.speed.addEventListener("input", () => {
    state.speedOutput.textContent = `${2 ** Number(state.speed.value)}×`;
  });
  state.fan.addEventListener("input", () => {
    state.spread = Number(state.fan.value);
    request(state);
  });
  const canvas = state.canvas;
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") point(state, event);
  });
  canvas.addEventListener("pointerleave", () => {
    if (state.hover !== null || state.axis) clearPointer(state);
  });
  canvas.addEventListener("click", (event) => choose(state, event));
  canvas.addEventListener("dblclick", () => edit(state));
  canvas.addEventListener("keydown", (event) => press(state, event));
  canvas.addEventListener("focus", () => {
    if (canvas.matches(":focus-visible") && state.focus === null && state.scene?.cells.length) {
      state.focus = state.scene.cells.findIndex((_, cell) => shownCell(state, cell));
      request(state);
    }
  });
  canvas.addEventListener("blur", () => {
    state.focus = null;
    state.axis = null;
    request(state);
  });
  watchTheme(state, request);
  canvas.cellBox = (cell) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = state.painted[cell];
    return { x: box.x + x, y: box.y + y, width: state.scale, height: state.scale };
  };
  canvas.cellState = (cell) => state.looks[cell];
}

// Time: which frame, and how far on the way to the next.

const last = (state) => state.scene.frames.length - 1;

function seek(state, time) {
  state.time = Math.min(Math.max(time, 0), last(state));
  state.slider.value = String(state.time);
  request(state);
}

/** One step on from where the picture stands, or from where it is already going. */
function travelBy(state, way) {
  const going = !state.player.playing && state.goal !== null;
  const from = going ? state.goal : way < 0 ? Math.ceil(state.time - 0.001) : Math.floor(state.time + 0.001);
  travel(state, from + way);
}

/** Move to a whole frame, through the poses between, unless the reader wants stillness. */
function travel(state, frame) {
  halt(state);
  const goal = Math.min(Math.max(frame, 0), last(state));
  if (isStill() || goal === state.time) return seek(state, goal);
  state.goal = goal;
  state.rest = loop(approach(state));
  return undefined;
}

function playerOf(state, button) {
  let advance;
  return makePlayer({
    button,
    begin: () => {
      halt(state);
      if (state.time >= last(state)) seek(state, 0);
      state.goal = last(state);
      advance = isStill() ? leap(state) : approach(state);
    },
    advance: (passed) => advance(passed),
    told: (playing) => {
      if (!playing) state.goal = null;
      state.root.dataset.playing = String(playing);
    },
  });
}

function halt(state) {
  state.player.stop();
  state.rest?.();
  state.goal = null;
}

function seconds(state, frame) {
  return state.scene.frames[frame].seconds / (state.data.rate * 2 ** Number(state.speed.value));
}

/** The way to the goal, through the poses between. */
function approach(state) {
  return (passed) => {
    const way = Math.sign(state.goal - state.time);
    const next = way > 0 ? Math.floor(state.time + 1e-6) + 1 : Math.ceil(state.time - 1e-6);
    const frame = Math.min(Math.max(next, 1), last(state));
    const moved = state.time + (way * passed) / seconds(state, frame);
    const done = way === 0 || (state.goal - moved) * way <= 0;
    seek(state, done ? state.goal : moved);
    if (done) state.goal = null;
    return !done;
  };
}

/** Reduced motion: one still picture after the other, each for at least 0.7 s. */
function leap(state) {
  const pause = () => Math.max(0.7, seconds(state, Math.min(Math.floor(state.time) + 1, last(state))));
  return paced(pause, () => {
    seek(state, Math.floor(state.time + 1e-6) + 1);
    return state.time < state.goal;
  });
}

/** The frames before and after this time, and how far the picture is on its way: still for the last quarter. */
function moment(state) {
  const frame = Math.floor(state.time + 1e-6);
  const next = Math.min(frame + 1, last(state));
  const part = state.time - frame > 1e-3 ? Math.min((state.time - frame) / 0.75, 1) : 0;
  const eased = part * part * (3 - 2 * part);
  return { from: state.scene.frames[frame], to: state.scene.frames[next], part: eased, shown: part > 0 ? next : frame };
}

// Painting.

function paint(state) {
  if (!state.scene || !state.fits) return;
  const context = (state.context = penOf(state.canvas));
  const { scene } = state;
  const palette = paletteOf(state);
  if (state.paints?.palette !== palette) state.paints = new Paints(palette);
  const now = moment(state);
  const pose = (state.pose = currentPose(state, now));
  const [plain, fanned] = state.fits;
  const scale = (state.scale = mix(plain.scale, fanned.scale, state.spread));
  const origin = [0, 1].map((k) => mix(plain.origin[k], fanned.origin[k], state.spread));
  const at = ([x, y]) => [origin[0] + x * scale, origin[1] + y * scale];
  context.setTransform(state.ratio, 0, 0, state.ratio, 0, 0);
  context.clearRect(0, 0, state.width, state.height);
  paintCells(state, scene.frames[now.shown], pose, at);
  if (pose.thread.length) paintThreaded(state, pose, at);
  state.brackets = pose.axes.map((mark) => {
    const shape = bracketShape(context, mark, at);
    const strong = state.axis?.block === mark.block && state.axis?.axis === mark.axis;
    paintBracket(context, state.paints, mark, shape, mark.alpha ?? 1, strong);
    return { mark, box: bracketBox(shape) };
  });
  for (const label of pose.labels) paintLabel(context, state.paints, label, at, scale, label.alpha ?? 1);
  ring(state);
  say(state, now.shown);
  keep(state);
  state.drawn += 1;
  state.root.dataset.drawn = String(state.drawn);
  state.root.dataset.frame = String(Math.round(state.time));
}

function paintCells(state, frame, pose, at) {
  const { scene, scale } = state;
  const pointed = state.hover ?? state.focus;
  const relation = pointed !== null && !state.player.playing ? relationOf(state, pointed) : null;
  const lit = relation ?? frame.lit;
  const dim = !relation && frame.dim;
  scene.widest ??= widestTexts(state.context, scene);
  const sizes = scene.widest.map((widest) => textSize(scale, widest));
  state.painted = [];
  state.looks = [];
  for (const cell of pose.order) {
    const own = scene.cells[cell];
    const [x, y] = at([pose.positions[2 * cell], pose.positions[2 * cell + 1]]);
    const presence = pose.presence[cell];
    const color = lit.get(cell) ?? null;
    const look = (state.looks[cell] = {
      fill: own.fill,
      strength: own.strength,
      lit: color,
      text: frame.texts[cell] ?? own.text,
      presence,
      size: sizes[own.block],
      ghost: pose.ghosts[cell] > 0,
      alpha: presence * (dim && !color ? 0.3 : 1),
      wordless: pose.thread.length > 0,
      ...tintOf(state, own),
    });
    state.painted[cell] = [x, y];
    if (presence >= 0.01) paintCell(state.context, state.paints, x, y, scale, look);
  }
}

/** The thread lies on the cells and under their numbers. */
function paintThreaded(state, pose, at) {
  const { context, paints, scale } = state;
  const middles = pose.thread.map((cell) => at([pose.positions[2 * cell] + 0.5, pose.positions[2 * cell + 1] + 0.5]));
  paintThread(context, paints, middles, pose.threadAlpha ?? 1);
  for (const cell of pose.order) {
    const look = state.looks[cell];
    if (look.text && look.presence >= 0.01) paintText(context, paints, ...state.painted[cell], scale, look);
  }
}

/** Along the axis pointed at, cells are tinted more strongly the further they stand. */
function tintOf(state, cell) {
  const { axis } = state;
  if (!axis || axis.block !== cell.block) return {};
  const kept = state.scene.blocks[axis.block].shape[axis.axis];
  return { tint: axis.color, tintStrength: 0.12 + (0.6 * cell.index[axis.axis]) / Math.max(kept - 1, 1) };
}

function relationOf(state, cell) {
  const found = state.scene.relations[cell];
  if (!found) return null;
  const lit = new Map();
  for (const [color, members] of Object.entries(found.lit)) for (const member of members) lit.set(member, color);
  return lit;
}

function ring(state) {
  const cell = state.hover ?? state.focus;
  if (cell === null || !shownCell(state, cell)) return;
  const [x, y] = state.painted[cell];
  const { context, scale } = state;
  context.lineWidth = 4;
  context.strokeStyle = state.paints.palette.surface;
  context.strokeRect(x - 1, y - 1, scale, scale);
  context.lineWidth = 2;
  context.strokeStyle = state.paints.palette.text;
  context.strokeRect(x - 1, y - 1, scale, scale);
}

/** The caption of the frame, and what is said of the cell or bracket pointed at. */
function say(state, shown) {
  const { scene } = state;
  const many = scene.frames.length > 1;
  state.caption.hidden = !many;
  if (many) setText(state.caption, scene.frames[shown].caption);
  state.count.textContent = `${shown + 1} of ${scene.frames.length}`;
  state.slider.setAttribute("aria-valuetext", `${shown + 1} of ${scene.frames.length}: ${scene.frames[shown].caption}`);
  const cell = state.hover ?? state.focus;
  let text = HINT;
  if (state.axis && state.hover === null) text = state.axis.description;
  else if (cell !== null && scene.cells[cell]) text = describe(state, cell, shown);
  state.readout.classList.toggle("hint", text === HINT);
  setText(state.readout, text);
}

function describe(state, cell, shown) {
  const own = state.scene.cells[cell];
  const block = state.scene.blocks[own.block];
  const name = own.index.length ? `${block.name}[${own.index.join(", ")}]` : block.name;
  const value = state.scene.frames[shown].texts[cell] ?? own.value;
  const related = state.scene.relations[cell]?.text ?? "";
  const change = block.editable ? " Press Enter or double-click to change it." : "";
  return `${name}${value === "" ? "" : ` = ${value}`}${related ? `. ${related}` : ""}${change ? `.${change}` : ""}`;
}

/** Text whose box only grows: what follows stays where it is. */
function setText(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  const height = element.offsetHeight;
  if (height > (parseFloat(element.style.minHeight) || 0)) element.style.minHeight = `${height}px`;
}

/** A new scene from Python, in the place of the one before: same step where both have it, same cell in focus. */
function renew(state, data) {
  state.width ||= state.root.clientWidth;
  const before = state.scene?.frames.length;
  state.scene = decode(data.scene);
  state.data = data;
  const frames = state.scene.frames.length;
  const moving = state.scene.arrangements.poses.length > 1;
  state.frameControls.hidden = frames < 2;
  state.sheetControls.hidden = !state.scene.arrangements.spread;
  state.slider.max = String(frames - 1);
  state.slider.step = moving ? "0.01" : "1";
  if (state.goal !== null) halt(state);
  if (before !== frames) state.time = startOf(state);
  if (before === undefined) beginWherePlaced(state);
  state.slider.value = String(state.time);
  if (state.focus !== null && state.focus >= state.scene.cells.length) state.focus = null;
  state.hover = null;
  state.axis = null;
  state.canvas.setAttribute("aria-label", data.scene.alt);
  measure(state);
}

const startOf = (state) => (state.data.startAtEnd ? last(state) : 0);

/** The step, and how far the sheets are fanned out, in the address. */
function keep(state) {
  const moved = Math.abs(state.time - startOf(state)) > 0.005;
  state.kept.put(moved || state.spread ? [state.time, state.spread] : null);
}

function beginWherePlaced(state) {
  const found = state.kept.numbers([
    [0, last(state)],
    [0, 1],
  ]);
  if (!found) return;
  [state.time] = found;
  state.spread = state.scene.arrangements.spread ? found[1] : 0;
  state.fan.value = String(state.spread);
}

function release(state) {
  halt(state);
}

export default mount({ paint, build, renew, release });
