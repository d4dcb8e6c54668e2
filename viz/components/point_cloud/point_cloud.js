// Points that move from stage to stage: turned by dragging, scrubbed and played without the server. How they are
// drawn: point_cloud_painting.

import { mount, paletteOf, request, watchTheme, watchWidth } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { bytesOf } from "../shared/packing.js";
import { penOf } from "../shared/pen.js";
import { placeOf } from "../shared/place.js";
import { isStill, makePlayer } from "../shared/player.js";
import { drag, onArrows } from "../shared/pointing.js";
import { drawSign, makeSprites, paintCloud } from "./painting.js";

const TURN_PER_PIXEL = 0.009;
const KEY_TURN = 0.12;
const TILT = [-1.45, 1.45];
const ANGLE = [0.6, 0.35];
const TURN = [-Math.PI, Math.PI];
const REACH_PIXELS = 14;
const PLAY_SECONDS = [3, 9];

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-cloud";
  root.dataset.testid = "point-cloud";
  root.dataset.scrubs = "";
  root.innerHTML = `
    <div class="stage"><canvas role="img" tabindex="0"></canvas><ul class="legend"></ul>
      <div class="tip" hidden><canvas width="56" height="56"></canvas><span></span></div></div>
    <div class="controls"><button type="button" class="play"></button>
      <label class="grow"><span></span><input type="range" class="scrub" min="0" step="0.01"></label>
      <output></output></div>
    <p class="words" aria-live="polite"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    kept: placeOf(parent),
    canvas: find(".stage > canvas"),
    legend: find(".legend"),
    tip: find(".tip"),
    tipCanvas: find(".tip canvas"),
    tipText: find(".tip span"),
    scrub: find(".scrub"),
    scrubLabel: find("label span"),
    output: find("output"),
    words: find(".words"),
    controls: find(".controls"),
    angle: [...ANGLE],
    position: 0,
    pending: 0,
    drawn: 0,
    hovered: -1,
  };
  // Where a point is just now, for what reads the picture from outside.
  root.positionOf = (point) => positionOf(state, point);
  root.pixelOf = (point) => [...state.pixels.subarray(2 * point, 2 * point + 2)];
  state.player = playerOf(state, find(".play"));
  listen(state);
  watchTheme(state, recolor);
  watchWidth(state, request);
  return state;
}

function listen(state) {
  state.scrub.addEventListener("input", () => {
    state.player.stop();
    moveTo(state, Number(state.scrub.value));
  });
  state.scrub.addEventListener("change", () => state.setStateValue("stage", state.position));
  turnByPointer(state);
  onArrows(state.canvas, ([right, up]) => {
    if (state.data.flat) return false;
    return turn(state, right * KEY_TURN, -up * KEY_TURN);
  });
  // A finger leaves when it is lifted: what it tapped stays named.
  state.canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch") return;
    state.hovered = -1;
    request(state);
  });
}

function turnByPointer(state) {
  const { canvas } = state;
  drag(canvas, {
    begin: (event) => {
      point(state, event);
      return state.data.flat ? null : { at: [event.clientX, event.clientY] };
    },
    move: (held, event) => {
      const [x, y] = held.at;
      turn(state, (event.clientX - x) * TURN_PER_PIXEL, (event.clientY - y) * TURN_PER_PIXEL);
      held.at = [event.clientX, event.clientY];
    },
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons || state.data.flat) point(state, event);
  });
}

function turn(state, around, over) {
  const turned = state.angle[0] + around;
  const tilted = Math.min(Math.max(state.angle[1] + over, TILT[0]), TILT[1]);
  state.angle = [turned - 2 * Math.PI * Math.round(turned / (2 * Math.PI)), tilted];
  state.hovered = -1;
  request(state);
}

// Position between stages.

const lastStage = (state) => state.stages.length - 1;

function moveTo(state, position) {
  state.position = Math.min(Math.max(position, 0), lastStage(state));
  request(state);
}

/** From here to the end, or from the beginning; with reduced motion from stage to stage, without the way between. */
function playerOf(state, button) {
  let reached = 0;
  return makePlayer({
    button,
    begin: () => {
      if (!lastStage(state)) return false;
      if (state.position >= lastStage(state)) moveTo(state, 0);
      reached = state.position;
      return true;
    },
    advance: (seconds) => {
      const whole = Math.min(Math.max(lastStage(state) * 1.1, PLAY_SECONDS[0]), PLAY_SECONDS[1]);
      reached += (seconds * lastStage(state)) / whole;
      moveTo(state, isStill() ? Math.floor(reached) : eased(reached));
      return reached < lastStage(state);
    },
    told: () => request(state),
  });
}

/** Slow near each stage, fast between. */
function eased(position) {
  const part = position - Math.floor(position);
  return Math.floor(position) + part * part * (3 - 2 * part);
}

function positionOf(state, index) {
  const stage = Math.min(Math.floor(state.position), lastStage(state));
  const next = Math.min(stage + 1, lastStage(state));
  const part = state.position - stage;
  const [a, b] = [state.stages[stage].points, state.stages[next].points];
  return [0, 1, 2].map((axis) => a[3 * index + axis] * (1 - part) + b[3 * index + axis] * part);
}

// Pointing at a point.

function point(state, event) {
  const box = state.canvas.getBoundingClientRect();
  const found = state.pixels ? nearest(state, event.clientX - box.left, event.clientY - box.top) : -1;
  if (found === state.hovered) return;
  state.hovered = found;
  request(state);
}

function nearest(state, x, y) {
  let [best, distance] = [-1, REACH_PIXELS ** 2];
  for (let k = 0; k < state.data.count; k += 1) {
    if (state.hidden[k]) continue;
    const away = (state.pixels[2 * k] - x) ** 2 + (state.pixels[2 * k + 1] - y) ** 2;
    if (away < distance) [best, distance] = [k, away];
  }
  return best;
}

function showTip(state) {
  const { hovered: k, data } = state;
  state.tip.hidden = k < 0;
  if (k < 0) return;
  const numbers = positionOf(state, k)
    .slice(0, data.flat ? 2 : 3)
    .map((value) => number(value))
    .join(", ");
  const kind = data.names[state.classes[k]];
  state.tipText.textContent = data.notes ? data.notes[k] : `${kind}: (${numbers})`;
  state.tipCanvas.hidden = !state.atlas;
  if (state.atlas) {
    const pen = penOf(state.tipCanvas);
    const size = state.atlas.width / data.atlasColumns;
    const [column, row] = [k % data.atlasColumns, Math.floor(k / data.atlasColumns)];
    pen.imageSmoothingEnabled = false;
    pen.drawImage(state.atlas, column * size, row * size, size, size, 0, 0, 56, 56);
  }
  const [x, y] = [state.pixels[2 * k], state.pixels[2 * k + 1]];
  const left = x > state.canvas.clientWidth / 2;
  state.tip.style.left = left ? "" : `${x + 14}px`;
  state.tip.style.right = left ? `${state.canvas.clientWidth - x + 14}px` : "";
  state.tip.style.top = `${Math.min(Math.max(y - 20, 4), state.data.height - 70)}px`;
}

// Data and painting.

function recolor(state) {
  if (!state.data) return;
  state.palette = paletteOf(state);
  state.sprites = makeSprites(state);
  showLegend(state);
  request(state);
}

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  paintCloud(state);
  showTip(state);
  const stage = Math.min(Math.round(state.position), lastStage(state));
  const { name, text } = state.stages[stage];
  const between = Math.abs(state.position - stage) > 0.004;
  if (document.activeElement !== state.scrub || state.player.playing) state.scrub.value = String(state.position);
  state.scrub.setAttribute("aria-valuetext", name);
  state.output.textContent = between ? `${state.stages[Math.floor(state.position)].name} →` : name;
  if (!state.player.playing || !between) state.words.textContent = text;
  state.drawn += 1;
  keep(state);
  Object.assign(state.root.dataset, {
    drawn: String(state.drawn),
    position: state.position.toFixed(2),
    stage: String(stage),
    stages: String(state.stages.length),
    angle: state.angle.map((part) => part.toFixed(3)).join(),
  });
}

/** Stage and angle, in the address; a flat cloud has no angle. */
function keep(state) {
  const [start, angle] = [Math.min(state.data.start, lastStage(state)), state.data.flat ? [] : state.angle];
  const turned = angle.some((part, k) => Math.abs(part - ANGLE[k]) > 0.005);
  state.kept.put(turned || Math.abs(state.position - start) > 0.005 ? [state.position, ...angle] : null);
}

function beginWherePlaced(state) {
  const found = state.kept.numbers([[0, lastStage(state)], ...(state.data.flat ? [] : [TURN, TILT])]);
  if (!found) return;
  [state.position] = found;
  if (!state.data.flat) state.angle = found.slice(1);
}

function showLegend(state) {
  const used = new Set(state.classes.filter((_, k) => !state.hidden[k]));
  state.legend.replaceChildren(
    ...state.data.names.flatMap((name, kind) => {
      if (!used.has(kind)) return [];
      const row = document.createElement("li");
      const sign = document.createElement("canvas");
      drawSign(state, sign, kind);
      row.append(sign);
      if (state.data.signs === "shapes" || name.length > 1) row.append(name);
      row.title = name;
      return [row];
    }),
  );
}

function renew(state, data) {
  const fraction = state.stages && lastStage(state) ? state.position / lastStage(state) : null;
  state.data = data;
  state.classes = bytesOf(data.classes);
  state.hidden = bytesOf(data.hidden);
  state.lines = new Uint32Array(bytesOf(data.lines).buffer);
  state.stages = data.stages.map((stage) => ({ ...stage, points: unpacked(stage) }));
  state.position = fraction === null ? Math.min(data.start, lastStage(state)) : fraction * lastStage(state);
  if (fraction === null) beginWherePlaced(state);
  if (!state.player.playing && Math.abs(state.position - Math.round(state.position)) < 0.02) {
    state.position = Math.round(state.position);
  }
  if (data.atlas !== state.atlasAddress) loadAtlas(state, data.atlas);
  state.canvas.style.height = `${data.height}px`;
  state.canvas.setAttribute("aria-label", data.alt + (data.flat ? "" : " Drag, or use the arrow keys, to turn it."));
  state.scrubLabel.textContent = data.scrubLabel;
  state.scrub.max = String(lastStage(state));
  state.controls.hidden = !lastStage(state);
  state.hovered = -1;
  recolor(state);
}

function loadAtlas(state, address) {
  state.atlasAddress = address;
  state.atlas = null;
  if (!address) return;
  const image = new Image();
  image.addEventListener("load", () => {
    if (state.atlasAddress === address) {
      state.atlas = image;
      request(state);
    }
  });
  image.src = address;
}

function unpacked({ points, centre, reach }) {
  const levels = new Int16Array(bytesOf(points).buffer);
  return Float32Array.from(levels, (level, k) => (level === -32768 ? NaN : centre[k % 3] + (level / 32767) * reach));
}

export default mount({ paint, build, renew });
