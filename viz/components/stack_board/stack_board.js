// A chain of layers of the plane. Everything that moves is computed here; once the chain rests, every number and
// distance is what the engine computed. Back to Python goes the chain, when something is let go.
// stack_chain moves points; stack_single finds the single layer and the proof; stack_layers edits the chain;
// stack_pictures and stack_painting draw it; stack_words speaks of it.

import { mount, request, watchTheme, watchWidth } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { isStill, makePlayer } from "../shared/player.js";
import { drag, onArrows, placeIn } from "../shared/pointing.js";
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
  };
  state.player = playerOf(state, find(".play"));
  listen(state);
  listenToEditor(state);
  root.shown = () => ({ position: Number(state.position.value), points: shownPoints(state) });
  watchTheme(state, remeasure);
  watchWidth(state, remeasure);
  return state;
}

function listen(state) {
  state.position.addEventListener("input", () => {
    state.player.stop();
    request(state);
  });
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
  drag(handle, {
    begin: (event) => {
      state.dragging = { layer: state.scales.layer, common: state.scales.common };
      const [x, y] = state.layerView.toPixel(...handleAt(chosen(state), name));
      const at = placeIn(state.layerCanvas, event);
      return [x - at[0], y - at[1]];
    },
    move: (offset, event) => {
      const [x, y] = placeIn(state.layerCanvas, event);
      const place = state.layerView.toPoint(x + offset[0], y + offset[1]);
      const far = state.dragging.layer;
      moveHandle(
        state,
        name,
        place.map((value) => Math.max(-far, Math.min(value, far))),
      );
      request(state);
    },
    end: () => {
      state.dragging = null;
      report(state);
      request(state);
    },
  });
  onArrows(handle, (way) => {
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

function playerOf(state, button) {
  let time = 0;
  return makePlayer({
    button,
    begin: () => {
      const at = Number(state.position.value);
      time = at >= lastStop(state) ? 0 : at;
    },
    advance: (seconds) => {
      time = Math.min(time + STOPS_PER_SECOND * seconds, lastStop(state));
      state.position.value = String(isStill() ? Math.floor(time) : time);
      paint(state);
      return time < lastStop(state);
    },
  });
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
    state.player.stop();
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

export default mount({ paint, build, renew });
