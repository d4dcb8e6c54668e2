// Pan, zoom, choice and keyboard of the graph board. For graph_board.

import { ask } from "./asking.js";
import { recolour, setAttribute } from "./colours.js";

const LEAST = 0.15;
const MOST = 3;
// The smallest text, 12.5 pixels, is then 10 on the screen.
const READABLE = 0.8;

export function resized(state) {
  if (!state.data || !state.root.clientWidth) return;
  const narrow = state.root.clientWidth < 760;
  const tall = narrow ? Math.min(state.data.drawing.height, 560) : state.data.drawing.height;
  state.stage.style.height = `${tall}px`;
  if (!state.moved) home(state);
  if (state.begin) lookWherePlaced(state);
  applyView(state);
  recolour(state);
}

/** The scale at which the whole graph is seen. */
function wholeScale(state) {
  const [wide, tall] = state.data.drawing.size;
  return Math.min(state.stage.clientWidth / (wide + 40), state.stage.clientHeight / (tall + 32));
}

function centre(state, scale, x, y) {
  state.view = { scale, x: state.stage.clientWidth / 2 - x * scale, y: state.stage.clientHeight / 2 - y * scale };
}

/** Where the picture starts: all of it if that is legible, otherwise its end at a legible size. */
function home(state) {
  const [wide, tall] = state.data.drawing.size;
  const whole = wholeScale(state);
  if (whole >= READABLE) return centre(state, Math.min(whole, 1.15), wide / 2, tall / 2);
  const node = state.data.drawing.nodes[state.data.output];
  const scale = READABLE;
  const room = (size, stage) => (size * scale + 32 <= stage ? size / 2 : null);
  const x = room(wide, state.stage.clientWidth) ?? node.x;
  const y = room(tall, state.stage.clientHeight) ?? tall + 12 - state.stage.clientHeight / scale / 2;
  return centre(state, scale, x, y);
}

function applyView(state) {
  const { x, y, scale } = state.view;
  state.world.setAttribute("transform", `translate(${x.toFixed(2)},${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
  state.root.dataset.view = [x, y, scale].map((value) => value.toFixed(3)).join();
  keep(state);
}

/** The step, and what the reader moved to the middle at which scale, in the address. */
export function keep(state) {
  if (state.begin) return;
  const {
    view: { scale },
    step,
  } = state;
  if (state.moved) state.kept.put([step, ...state.middle, scale]);
  else state.kept.put(step === state.steps.length - 1 ? null : [step]);
}

export const viewLimits = ({
  steps,
  data: {
    drawing: {
      size: [wide, tall],
    },
  },
}) => [
  [0, steps.length - 1],
  [0, wide],
  [0, tall],
  [LEAST, MOST],
];

function lookWherePlaced(state) {
  const [, x, y, scale] = state.begin;
  state.begin = null;
  if (scale === undefined) return;
  Object.assign(state, { moved: true, middle: [x, y] });
  centre(state, scale, x, y);
}

/** Zoom about a place of the stage, which stays where it is. */
function zoom(state, factor, x = state.stage.clientWidth / 2, y = state.stage.clientHeight / 2) {
  const { view } = state;
  const scale = Math.min(Math.max(view.scale * factor, Math.min(LEAST, wholeScale(state))), MOST);
  const part = scale / view.scale;
  state.view = { scale, x: x - (x - view.x) * part, y: y - (y - view.y) * part };
  movedHere(state);
  applyView(state);
}

function pan(state, x, y) {
  state.view = { ...state.view, x: state.view.x + x, y: state.view.y + y };
  movedHere(state);
  applyView(state);
}

/** From now on the view is the reader's; what stands in its middle is remembered. */
function movedHere(state) {
  const {
    view: { x, y, scale },
    stage,
  } = state;
  state.moved = true;
  state.middle = [stage.clientWidth / 2 - x, stage.clientHeight / 2 - y].map((value) => value / scale);
}

export function bringIntoView(state, k) {
  const { x, y, width, height } = state.data.drawing.nodes[k];
  const { view, stage } = state;
  const shift = (middle, size, room, offset) => {
    const [low, high] = [(middle - size / 2) * view.scale + offset, (middle + size / 2) * view.scale + offset];
    const edge = 12;
    if (low < edge) return edge - low;
    return high > room - edge ? Math.max(room - edge - high, edge - low) : 0;
  };
  const [right, down] = [shift(x, width, stage.clientWidth, view.x), shift(y, height, stage.clientHeight, view.y)];
  if (right || down) pan(state, right, down);
}

export function listenToView(state, find) {
  find(".in").addEventListener("click", () => zoom(state, 1.3));
  find(".out").addEventListener("click", () => zoom(state, 1 / 1.3));
  find(".fit").addEventListener("click", () => {
    const [wide, tall] = state.data.drawing.size;
    state.moved = false;
    centre(state, Math.min(wholeScale(state), 1.15), wide / 2, tall / 2);
    applyView(state);
  });
  state.svg.addEventListener(
    "wheel",
    (event) => {
      // A plain wheel scrolls the page; with Ctrl, as trackpads pinch, it zooms.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = state.svg.getBoundingClientRect();
      zoom(
        state,
        Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.004)),
        event.clientX - box.x,
        event.clientY - box.y,
      );
    },
    { passive: false },
  );
  dragView(state);
}

/** A mouse or pen pans; one finger pans sideways and scrolls the page; two fingers pan and zoom. */
function dragView(state) {
  const held = new Map();
  const { svg } = state;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!held.size) state.dragged = false;
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const after = [event.clientX, event.clientY];
    if (!state.dragged && Math.hypot(after[0] - before[0], after[1] - before[1]) < 5) return;
    // Captured only once it is a drag: captured clicks would never reach the boxes.
    if (!state.dragged) svg.setPointerCapture(event.pointerId);
    state.dragged = true;
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other) pinch(state, before, after, other);
    else pan(state, after[0] - before[0], event.pointerType === "touch" ? 0 : after[1] - before[1]);
    held.set(event.pointerId, after);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, (event) => {
      held.delete(event.pointerId);
      // The click that ends a drag chooses nothing.
      if (!held.size)
        setTimeout(() => {
          state.dragged = false;
        });
    });
  }
}

function pinch(state, before, after, other) {
  const box = state.svg.getBoundingClientRect();
  const spread = ([x, y]) => Math.max(Math.hypot(x - other[0], y - other[1]), 20);
  pan(state, (after[0] - before[0]) / 2, (after[1] - before[1]) / 2);
  zoom(state, spread(after) / spread(before), (after[0] + other[0]) / 2 - box.x, (after[1] + other[1]) / 2 - box.y);
}

// Choosing.

export function point(state, k) {
  if (state.pointed === k) return;
  state.pointed = k;
  state.paint(state);
}

export function choose(state, k) {
  state.chosen = state.chosen === k ? null : k;
  state.onePath = null;
  if (k !== null) state.focus = k;
  state.paint(state);
  if (state.data.asks) ask(state);
}

/** Arrows walk: down to a consumer, up to an input, sideways within the layer; always to the nearest. */
export function press(state, event, k) {
  const { nodes, edges } = state.data.drawing;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    return choose(state, k);
  }
  if (event.key === "Escape" && state.chosen !== null) return choose(state, state.chosen);
  if (event.key === "+" && nodes[k].toggle) return ask(state, { toggle: nodes[k].toggle });
  const here = nodes[k];
  const beside = (sign) =>
    nodes
      .map((_, other) => other)
      .filter((other) => Math.abs(nodes[other].y - here.y) < 1 && (nodes[other].x - here.x) * sign > 0);
  const ways = {
    ArrowDown: () => state.leaving[k].map((edge) => edges[edge].target),
    ArrowUp: () => state.entering[k].map((edge) => edges[edge].source),
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
  };
  if (!ways[event.key]) return undefined;
  event.preventDefault();
  const found = ways[event.key]().sort((a, b) => Math.abs(nodes[a].x - here.x) - Math.abs(nodes[b].x - here.x));
  if (!found.length) return undefined;
  bringIntoView(state, found[0]);
  setAttribute(state.nodes[found[0]].group, "tabindex", "0");
  return state.nodes[found[0]].group.focus({ preventScroll: true });
}
