// A chain of layers of the plane. Everything that moves is computed here; once the chain rests, every number and
// distance is what the engine computed. Back to Python goes the chain, when something is let go.
// stack_chain moves points; stack_single finds the single layer and the proof; stack_layers edits the chain;
// stack_pictures and stack_painting draw it; stack_words speaks of it.

const instances = new WeakMap();
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
        <figure><h4>The whole chain</h4><div class="stage"><canvas class="chain" role="img"></canvas></div>
          <figcaption class="chain-caption"></figcaption></figure>
        <div class="controls"><button type="button" class="play">Play</button>
          <label class="grow">From input to output
            <input type="range" class="position" min="0" step="any"><output></output></label></div>
        <div class="controls">
          <label><input type="checkbox" class="overlay" checked> Lay the single layer over the output</label>
          <label><input type="checkbox" class="common" checked> One scale for all pictures</label></div>
        <p class="summary" role="status"></p>
      </div>
    </div>
    <div class="single"></div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root, find, strip: find(".strip"), layerCanvas: find("canvas.layer"), chainCanvas: find("canvas.chain"),
    position: find(".position"), play: find(".play"), overlay: find(".overlay"), common: find(".common"),
    summary: find(".summary"), single: find(".single"), message: find(".message"), note: find(".note"),
    handles: [...root.querySelectorAll(".handle")], panels: [], scene: sceneOf(), pending: 0, drawn: 0, sent: 0,
    still: matchMedia("(prefers-reduced-motion: reduce)"),
  };
  listen(state);
  listenToEditor(state);
  root.shown = () => ({ position: Number(state.position.value), points: shownPoints(state) });
  root.addEventListener("transitionend", (event) => { if (event.target === root) request(state); });
  state.observer = new ResizeObserver(() => {
    if (root.clientWidth && root.clientWidth !== state.width) { state.width = root.clientWidth; request(state); }
  });
  state.observer.observe(root);
  return state;
}

function listen(state) {
  state.position.addEventListener("input", () => { halt(state); request(state); });
  state.play.addEventListener("click", () => (state.playing ? halt(state) : play(state)));
  for (const box of [state.overlay, state.common]) box.addEventListener("change", () => request(state));
  for (const handle of state.handles) listenToHandle(state, handle);
}

// Handles: b moves the layer, the tips of the columns of W turn, stretch and skew it.

function listenToHandle(state, handle) {
  const name = handle.dataset.handle;
  let offset = null;
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    state.dragging = { reach: state.reaches.layer, least: state.reaches.chain };
    const [x, y] = state.layerView.toPixel(...handleAt(chosen(state), name));
    const box = state.layerCanvas.getBoundingClientRect();
    offset = [x - (event.clientX - box.left), y - (event.clientY - box.top)];
  });
  handle.addEventListener("pointermove", (event) => {
    if (!offset) return;
    const box = state.layerCanvas.getBoundingClientRect();
    const place = state.layerView.toPoint(event.clientX - box.left + offset[0], event.clientY - box.top + offset[1]);
    moveHandle(state, name, place.map((value) => Math.max(-state.dragging.reach, Math.min(value, state.dragging.reach))));
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
    moveHandle(state, name, handleAt(chosen(state), name).map((value, axis) => value + way[axis] * 0.05));
    report(state);
    request(state);
  });
}

const chosen = (state) => state.layers[state.selected];

/** b itself, or where the tip of a column of W is, seen from b. */
function handleAt({ W, b }, name) {
  return name === "b" ? [...b] : [b[0] + W[Number(name)], b[1] + W[2 + Number(name)]];
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

const lastStop = (state) => stopsOf(state.layers).length - 1;

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

/** Whatever the chain becomes: who looks at the output goes on looking at it. */
function setLayers(state, layers) {
  const atEnd = !state.layers || Number(state.position.value) >= lastStop(state);
  state.layers = layers;
  state.selected = Math.min(state.selected, layers.length - 1);
  const last = lastStop(state);
  state.position.max = String(last);
  state.position.value = String(atEnd ? last : Math.min(Number(state.position.value), last));
}

function changeLayer(state, change) {
  state.message.hidden = true;
  setLayers(state, state.layers.map((layer, k) => (k === state.selected ? { ...layer, ...change } : layer)));
}

function report(state) {
  state.sent += 1;
  state.setStateValue("settings", {
    layers: state.layers, selected: state.selected, tolerance: Number(state.find(".tolerance").value),
    version: state.data.version, count: `${Date.now()}.${state.sent}`,
  });
}

// Painting.

function request(state) {
  if (!state.pending) state.pending = requestAnimationFrame(() => { state.pending = 0; paint(state); });
}

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  state.palette = state.data.palettes[isDark(state.root) ? "dark" : "light"];
  const seen = lookAt(state);
  seen.tolerance = Number(state.find(".tolerance").value);
  seen.disagreeing = seen.distances.filter((distance) => distance > seen.tolerance).length;
  seen.largest = Math.max(...seen.distances);
  moveScene(state, seen);
  measureScales(state);
  writeEditor(state);
  paintStrip(state);
  paintLayer(state);
  paintChain(state, seen);
  writeWords(state, seen);
  state.drawn += 1;
  Object.assign(state.root.dataset, {
    drawn: String(state.drawn), rests: String(seen.rests), position: state.position.value,
    layers: JSON.stringify(state.layers), largest: String(seen.largest), disagreeing: String(seen.disagreeing),
    single: JSON.stringify(seen.single), exact: String(seen.exact), gap: String(seen.witness?.gap ?? ""),
  });
}

function renew(state, data) {
  const known = state.data;
  state.data = data;
  if (!known || known.corners.join() !== data.corners.join()) state.pairs = pairsOf(data.corners);
  if (!known || known.version !== data.version) {
    halt(state);
    state.selected = data.selected;
    setLayers(state, data.layers);
    makeChoices(state);
    state.message.hidden = true;
  }
  request(state);
}

export default function ({ data, parentElement, setStateValue }) {
  let state = instances.get(parentElement);
  if (!state) instances.set(parentElement, (state = build(parentElement)));
  state.setStateValue = setStateValue;
  const text = JSON.stringify(data);
  if (text !== state.text) {
    state.text = text;
    renew(state, data);
  }
  return () => {
    halt(state);
    cancelAnimationFrame(state.pending);
    state.observer.disconnect();
    state.root.remove();
    instances.delete(parentElement);
  };
}
