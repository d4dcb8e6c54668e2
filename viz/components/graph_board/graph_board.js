// A computation graph: its boxes and edges, both passes step by step, paths, and variables to change. Stepping,
// scrubbing, pointing, pan and zoom happen here; new values and a chosen box go to Python, one message at a time.

import { mount, watchTheme, watchWidth } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { dispatch, say } from "./asking.js";
import { recolour } from "./colours.js";
import { bringIntoView, listenToView, resized, viewLimits } from "./moving.js";
import { makeTape, paint } from "./painting.js";
import { makePicture } from "./picture.js";
import { makeControls, showValues } from "./values.js";

const PLAY_SECONDS = 1.1;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-graph";
  root.dataset.testid = "graph-board";
  root.innerHTML = `
    <div class="main">
      <div class="zoom" data-scrubs><button type="button" class="out" aria-label="Zoom out" title="Zoom out">−</button>
        <button type="button" class="in" aria-label="Zoom in" title="Zoom in">+</button>
        <button type="button" class="fit" title="Show the whole graph">Fit</button></div>
      <div class="stage">
        <svg role="group" data-scrubs="drag"><g class="world"><g class="edges"></g><g class="nodes"></g><g class="labels"></g></g></svg>
      </div>
      <div class="controls passes" data-scrubs>
        <button type="button" class="forward">Forward pass</button>
        <button type="button" class="backward">Backward pass</button>
        <button type="button" class="play">Play</button>
        <button type="button" class="back" aria-label="Step back" title="Step back">◀</button>
        <button type="button" class="forth" aria-label="Step forward" title="Step forward">▶</button>
        <label class="scrub"><input type="range" min="0" step="1" aria-label="Step"><output></output></label>
      </div>
      <p class="sentence" aria-live="polite"></p>
      <div role="status"><ul class="notes"></ul></div>
      <div class="paths" aria-live="polite"></div>
    </div>
    <div class="side">
      <section class="variables"><h4>Variables</h4><div class="rows"></div>
        <p class="message" role="alert" hidden></p></section>
      <section class="tape"><h4>Tape</h4><p class="hint"></p><ol></ol></section>
    </div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    main: find(".main"),
    side: find(".side"),
    stage: find(".stage"),
    svg: find("svg"),
    world: find(".world"),
    edgeLayer: find(".edges"),
    nodeLayer: find(".nodes"),
    labelLayer: find(".labels"),
    passes: find(".passes"),
    forward: find(".forward"),
    backward: find(".backward"),
    play: find(".play"),
    scrub: find(".scrub input"),
    place: find(".scrub output"),
    sentence: find(".sentence"),
    notes: find(".notes"),
    paths: find(".paths"),
    variables: find(".variables"),
    rows: find(".rows"),
    message: find(".message"),
    tape: find(".tape"),
    list: find(".tape ol"),
    hint: find(".tape .hint"),
    nodes: [],
    edges: [],
    steps: [],
    inputs: [],
    step: 0,
    chosen: null,
    pointed: null,
    onePath: null,
    focus: 0,
    view: { x: 0, y: 0, scale: 1 },
    moved: false,
    drawn: 0,
    sent: 0,
    waiting: "",
    queued: null,
    text: "",
    kept: placeOf(parent),
  };
  listen(state, find);
  listenToView(state, find);
  watchTheme(state, recolour);
  watchWidth(state, resized);
  return state;
}

function listen(state, find) {
  state.forward.addEventListener("click", () => {
    halt(state);
    go(state, 0);
  });
  state.backward.addEventListener("click", () => {
    halt(state);
    go(state, state.turn);
  });
  state.play.addEventListener("click", () => (state.timer ? halt(state) : start(state)));
  find(".back").addEventListener("click", () => {
    halt(state);
    go(state, state.step - 1);
  });
  find(".forth").addEventListener("click", () => {
    halt(state);
    go(state, state.step + 1);
  });
  state.scrub.addEventListener("input", () => {
    halt(state);
    go(state, Number(state.scrub.value));
  });
}

// Steps: 0 shows the variables alone; then one per operation; then, from ``turn``, one per gradient.

function makeSteps(state) {
  const { forward, backward } = state.data;
  const begin = { pass: "forward", node: -1, text: state.data.opening };
  state.steps = [
    begin,
    ...forward.map((step) => ({ ...step, pass: "forward" })),
    ...backward.map((step) => ({ ...step, pass: "backward" })),
  ];
  state.turn = forward.length + 1;
  state.scrub.max = String(state.steps.length - 1);
  state.backward.hidden = !backward.length;
  const nodes = state.data.drawing.nodes.length;
  state.known = new Int32Array(nodes);
  forward.forEach(({ node }, k) => {
    state.known[node] = k + 1;
  });
  state.reached = new Int32Array(nodes).fill(1 << 30);
  backward.forEach(({ node }, k) => {
    state.reached[node] = state.turn + k;
  });
}

function go(state, step) {
  state.step = Math.min(Math.max(step, 0), state.steps.length - 1);
  const { node } = state.steps[state.step];
  if (node >= 0) bringIntoView(state, node);
  state.paint(state);
}

function start(state) {
  if (state.step >= state.steps.length - 1) go(state, 0);
  state.play.textContent = "Pause";
  state.timer = setInterval(() => {
    go(state, state.step + 1);
    if (state.step >= state.steps.length - 1) halt(state);
  }, 1000 * PLAY_SECONDS);
}

function halt(state) {
  clearInterval(state.timer);
  state.timer = 0;
  state.play.textContent = "Play";
}

// Messages.

function renew(state, data) {
  const known = state.data;
  const afresh = !known || known.drawing.version !== data.drawing.version;
  const atEnd = afresh || state.step >= state.steps.length - 1;
  state.data = data;
  state.warned = new Set(data.notes.map(({ node }) => node));
  if (afresh) {
    halt(state);
    Object.assign(state, {
      chosen: data.paths ? data.paths.node : null,
      pointed: null,
      onePath: null,
      focus: data.output,
      waiting: "",
      queued: null,
    });
  }
  if (data.answered === state.waiting) {
    state.waiting = "";
    if (state.queued) dispatch(state, state.queued);
  }
  makeSteps(state);
  state.step = atEnd ? state.steps.length - 1 : Math.min(state.step, state.steps.length - 1);
  if (!known) beginWherePlaced(state);
  if (afresh) makeControls(state);
  if (afresh || !state.waiting) showValues(state, afresh);
  if (afresh) {
    state.colours = "";
    makePicture(state);
    makeTape(state);
    state.moved = false;
    resized(state);
  }
  say(state, data.refused || "");
  recolour(state);
}

function beginWherePlaced(state) {
  state.begin = state.kept.numbers([[0, state.steps.length - 1]]) ?? state.kept.numbers(viewLimits(state));
  if (state.begin) state.step = Math.round(state.begin[0]);
}

export default mount({ paint, build, renew, release: halt });
