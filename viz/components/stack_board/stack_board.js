// A chain of layers of the plane. Everything that moves is computed here; once the chain rests, every number and
// distance is what the engine computed. Back to Python goes the chain, when something is let go.
// stack_chain moves points; stack_single finds the single layer and the proof; stack_layers edits the chain;
// stack_pictures and stack_painting draw it; stack_words speaks of it.

import { mount, request, watchTheme, watchWidth } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { changeLayer, chosen, handleAt, lastStop, report, setLayers } from "./chain_settings.js";
import { editorMarkup, listenToEditor, makeChoices, writeEditor } from "./layers.js";
import { measureScales, moveScene, paintChain, paintLayer, paintStrip, shownPoints } from "./painting.js";
import { measureCanvases, sceneOf } from "./pictures.js";
import { lookAt, pairsOf } from "./single.js";
import { writePlace, writeWords } from "./words.js";

const STOPS_PER_SECOND = 0.8;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-stack";
  root.dataset.testid = "stack-board";
  root.innerHTML = `
    <div class="strip" role="group" aria-label="The chain, layer by layer"></div>
    <div class="columns">
      <div>
        <figure><h4 class="layer-title"></h4>
          <div class="stage"><canvas class="layer" role="img"></canvas>
            <button type="button" class="handle" data-handle="b"></button>
            <button type="button" class="handle" data-handle="0"></button>
            <button type="button" class="handle" data-handle="1"></button></div>
          <figcaption class="layer-caption"></figcaption></figure>
        ${editorMarkup()}
      </div>
      <div>
        <figure><h4>The whole chain: <output class="place"></output></h4>
          <div class="stage"><canvas class="chain" role="img"></canvas></div>
          <figcaption class="chain-caption"></figcaption></figure>
        <div class="controls" data-scrubs><button type="button" class="play">Play</button>
          <label class="grow">Input <input type="range" class="position" min="0" step="any"
            aria-label="From input to output"> Output</label></div>
        <div class="controls">
          <label><input type="checkbox" class="overlay" checked> Lay the single layer over the output</label>
          <label><input type="checkbox" class="common"> One scale for all pictures</label>
          <label>A point disagrees beyond <select class="tolerance"></select></label></div>
        <p class="summary" role="status"></p>
      </div>
    </div>
    <div class="single"></div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    find,
    strip: find(".strip"),
    layerCanvas: find("canvas.layer"),
    chainCanvas: find("canvas.chain"),
    position: find(".position"),
    play: find(".play"),
    overlay: find(".overlay"),
    common: find(".common"),
    summary: find(".summary"),
    single: find(".single"),
    message: find(".message"),
    note: find(".note"),
    handles: [...root.querySelectorAll(".handle")],
    panels: [],
    scene: sceneOf(),
    pending: 0,
    drawn: 0,
    sent: 0,
    edition: 0,
    kept: placeOf(parent),
    still: matchMedia("(prefers-reduced-motion: reduce)"),
  };
  listen(state);
  listenToEditor(state);
  root.shown = () => ({ position: Number(state.position.value), points: shownPoints(state) });
  watchTheme(state, remeasure);
  watchWidth(state, remeasure);
  return state;
}

function listen(state) {
  state.position.addEventListener("input", () => {
    halt(state);
    request(state);
  });
  state.play.addEventListener("click", () => (state.playing ? halt(state) : play(state)));
  for (const box of [state.overlay, state.common]) box.addEventListener("change", () => request(state));
  state.find(".tolerance").addEventListener("change", () => {
    report(state);
    request(state);
  });
  for (const handle of state.handles) listenToHandle(state, handle);
}

// Handles: b moves the layer, the tips of the columns of W turn, stretch and skew it.

function listenToHandle(state, handle) {
  const name = handle.dataset.handle;
  let offset = null;
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    state.dragging = { layer: state.scales.layer, common: state.scales.common };
    const [x, y] = state.layerView.toPixel(...handleAt(chosen(state), name));
    const box = state.layerCanvas.getBoundingClientRect();
    offset = [x - (event.clientX - box.left), y - (event.clientY - box.top)];
  });
  handle.addEventListener("pointermove", (event) => {
    if (!offset) return;
    const box = state.layerCanvas.getBoundingClientRect();
    const place = state.layerView.toPoint(event.clientX - box.left + offset[0], event.clientY - box.top + offset[1]);
    const far = state.dragging.layer;
    moveHandle(
      state,
      name,
      place.map((value) => Math.max(-far, Math.min(value, far))),
    );
    request(state);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    handle.addEventListener(end, () => {
      if (!offset) return;
      offset = state.dragging = null;
      report(state);
      request(state);
    });
  }
  handle.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    moveHandle(
      state,
      name,
      handleAt(chosen(state), name).map((value, axis) => value + way[axis] * 0.05),
    );
    report(state);
    request(state);
  });
}

function moveHandle(state, name, [x, y]) {
  const { W, b } = chosen(state);
  const { entry } = state.data.most;
  const tidy = (value) => Math.round(Math.max(-entry, Math.min(value, entry)) * 100) / 100 + 0;
  if (name === "b") return changeLayer(state, { b: [tidy(x), tidy(y)] });
  const column = Number(name);
  const moved = [...W];
  [moved[column], moved[2 + column]] = [tidy(x - b[0]), tidy(y - b[1])];
  return changeLayer(state, { W: moved });
}

// From input to output.

function play(state) {
  const last = lastStop(state);
  let time = Number(state.position.value) >= last ? 0 : Number(state.position.value);
  let before = performance.now();
  setPlaying(state, true);
  const tick = (now) => {
    if (!state.playing) return;
    time = Math.min(time + (STOPS_PER_SECOND * (now - before)) / 1000, lastStop(state));
    before = now;
    state.position.value = String(state.still.matches ? Math.floor(time) : time);
    paint(state);
    if (time >= lastStop(state)) halt(state);
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function setPlaying(state, playing) {
  state.playing = playing;
  state.play.textContent = playing ? "Pause" : "Play";
}

function halt(state) {
  if (state.playing) setPlaying(state, false);
}

// The chain.

// Painting.

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  // Scrubbing moves only the chain's own picture.
  const key = [
    state.text,
    JSON.stringify(state.layers),
    state.selected,
    state.common.checked,
    state.find(".tolerance").value,
    Boolean(state.dragging),
    state.edition,
  ].join(" ");
  if (key !== state.key) {
    state.key = key;
    renewChain(state);
  }
  paintChain(state, state.seen);
  writePlace(state, state.seen);
  state.drawn += 1;
  keep(state);
  Object.assign(state.root.dataset, { drawn: String(state.drawn), position: state.position.value });
}

/** All that depends on the layers, and on their size on the screen. */
function renewChain(state) {
  const seen = lookAt(state);
  seen.tolerance = Number(state.find(".tolerance").value);
  seen.disagreeing = seen.distances.filter((distance) => distance > seen.tolerance).length;
  seen.largest = Math.max(...seen.distances);
  state.seen = seen;
  moveScene(state, seen);
  measureScales(state, seen);
  writeEditor(state);
  measureCanvases(state);
  paintStrip(state);
  paintLayer(state);
  writeWords(state, seen);
  Object.assign(state.root.dataset, {
    rests: String(seen.rests),
    layers: JSON.stringify(state.layers),
    selected: String(state.selected),
    largest: String(seen.largest),
    disagreeing: String(seen.disagreeing),
    exact: String(seen.exact),
    single: JSON.stringify({ W: seen.single.W, b: seen.single.b }),
    gap: String(seen.witness?.gap ?? ""),
  });
}

/** The theme or the width changed. */
function remeasure(state) {
  state.edition += 1;
  state.sides = null;
  request(state);
}

function renew(state, data) {
  const known = state.data;
  state.data = data;
  if (!known || known.corners.join() !== data.corners.join()) state.pairs = pairsOf(data.corners);
  if (!known || known.version !== data.version) {
    halt(state);
    state.selected = data.selected;
    state.layers = state.scales = null;
    setLayers(state, data.layers);
    if (!known) beginWherePlaced(state);
    makeChoices(state);
    state.message.hidden = true;
  }
  request(state);
}

/** How far along the chain, and the two boxes under it, in the address. */
function keep(state) {
  const [at, last] = [Number(state.position.value), lastStop(state)];
  const boxes = [state.overlay, state.common].map(({ checked }) => Number(checked));
  const plain = boxes.join() === "1,0";
  state.kept.put(plain && at >= last ? null : [at, ...boxes]);
}

function beginWherePlaced(state) {
  const found = state.kept.numbers([
    [0, lastStop(state)],
    [0, 1],
    [0, 1],
  ]);
  if (!found) return;
  state.position.value = String(found[0]);
  [state.overlay.checked, state.common.checked] = found.slice(1).map((value) => value >= 0.5);
}

function release(state) {
  halt(state);
}

export default mount({ paint, build, renew, release });
