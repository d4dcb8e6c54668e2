// The training digits batch by batch: a slider over all batches, the slice written out, the digits drawn.
// Pictures come in parts from the app's server and are kept; moving the slider asks Python for nothing.

import { always, mount, watchTheme, watchWidth } from "../shared/board.js";
import { drag, placeIn } from "../shared/pointing.js";
import { digitBox, draw, geometry, inkSheet, placeAt, present, STRIP } from "./painting.js";

const KEPT_CHUNKS = 40;
const AT_ONCE = 3;
const REST = 300;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-strip";
  root.dataset.testid = "batch-strip";
  root.dataset.scrubs = "";
  root.innerHTML = `
    <p class="uncrumple-strip-slice"><code class="rule"></code> <span>=</span> <code class="bounds"></code>
      <span class="shape">shape <code></code></span></p>
    <div class="uncrumple-strip-controls">
      <button type="button" class="back" aria-label="Previous batch">◀</button>
      <input type="range" min="0" step="1" aria-label="Batch n">
      <button type="button" class="forth" aria-label="Next batch">▶</button>
      <output></output>
    </div>
    <p class="uncrumple-strip-note"></p>
    <canvas role="img" tabindex="0"></canvas>
    <p class="uncrumple-strip-readout" data-testid="batch-strip-readout" aria-live="polite"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    canvas: find("canvas"),
    slider: find("input"),
    back: find(".back"),
    forth: find(".forth"),
    output: find("output"),
    rule: find(".rule"),
    bounds: find(".bounds"),
    shape: find(".shape code"),
    note: find(".uncrumple-strip-note"),
    readout: find(".uncrumple-strip-readout"),
    sheet: document.createElement("canvas"),
    identity: "",
    n: 0,
    direction: 1,
    focus: null,
    hover: null,
    chunks: new Map(),
    loading: new Map(),
    failure: "",
    shown: null,
    frame: 0,
    timer: 0,
    width: 0,
  };
  state.slider.addEventListener("input", () => move(state, Number(state.slider.value)));
  state.back.addEventListener("click", () => move(state, state.n - 1));
  state.forth.addEventListener("click", () => move(state, state.n + 1));
  listenToCanvas(state);
  watchTheme(state, () => {
    inkSheet(state);
    ask(state);
  });
  watchWidth(state, ask);
  return state;
}

function listenToCanvas(state) {
  const { canvas } = state;
  const scrub = (event) => move(state, batchAt(state, placeIn(canvas, event)[0]));
  drag(canvas, {
    begin: (event) => {
      if (placeIn(canvas, event)[1] > STRIP + 8) return null;
      scrub(event);
      state.dragging = true;
      return true;
    },
    move: (_, event) => scrub(event),
    end: () => {
      state.dragging = false;
    },
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!state.dragging) point(state, "hover", placeAt(state, ...placeIn(canvas, event)));
  });
  canvas.addEventListener("pointerleave", () => point(state, "hover", null));
  canvas.addEventListener("blur", () => point(state, "focus", null));
  canvas.addEventListener("keydown", (event) => {
    const { columns, count } = geometry(state);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -count, End: count };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = state.focus === null ? 0 : state.focus + steps[event.key];
    point(state, "focus", Math.max(0, Math.min(present(state) - 1, next)));
  });
  canvas.digitBox = (place) => {
    const box = canvas.getBoundingClientRect();
    const { x, y, size } = digitBox(state, place);
    return { x: box.left + x, y: box.top + y, width: size, height: size };
  };
}

function batchAt({ data, width }, x) {
  return Math.floor(Math.max(0, Math.min(data.samples - 1, (x / width) * data.samples)) / data.batch_size);
}

function point(state, how, place) {
  if (state[how] === place) return;
  state[how] = place;
  ask(state);
}

/** Go to a batch: words at once, pictures with the next frame, Python once the slider has come to rest. */
function move(state, wanted) {
  const n = Math.max(0, Math.min(state.data.batches - 1, wanted));
  if (n === state.n) return;
  state.direction = n > state.n ? 1 : -1;
  state.n = n;
  state.failure = "";
  write(state);
  ask(state);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => state.setStateValue("batch", state.n), REST);
}

function write(state) {
  const { n, data } = state;
  const { batch_size: size, samples } = data;
  const first = n * size;
  const beyond = Math.min(first + size, samples);
  const number = (value) => value.toLocaleString("en-US");
  state.slider.max = String(data.batches - 1);
  state.slider.value = String(n);
  state.slider.setAttribute("aria-valuetext", `batch ${n}, samples ${first} to ${beyond - 1}`);
  state.back.disabled = n === 0;
  state.forth.disabled = n === data.batches - 1;
  state.output.textContent = `n = ${number(n)}, the last is ${number(data.batches - 1)}`;
  state.rule.textContent = `train_images[${size} * ${n} : ${size} * (${n} + 1)]`;
  state.bounds.textContent = `train_images[${first} : ${first + size}]`;
  state.shape.innerHTML = `(<b>${beyond - first}</b>, 28, 28)`;
  state.note.textContent = remark(first, beyond, size, data, number);
  state.root.dataset.batch = String(n);
}

function remark(first, beyond, size, { samples, most, batches }, number) {
  const taken = beyond - first;
  const left = taken > most ? ` Drawn: the first ${most} of ${number(taken)}.` : "";
  if (taken < size) {
    return (
      `The last batch is smaller: ${number(batches - 1)} × ${number(size)} = ${number(first)} samples come before ` +
      `it, ${number(taken)} are left. NumPy's slice stops at ${number(samples)}.${left}`
    );
  }
  const those = taken === 1 ? `Sample ${number(first)}.` : `Samples ${number(first)} to ${number(beyond - 1)}.`;
  return those + left;
}

/** Numbers of the parts the drawn digits of batch n lie in. */
function chunksOf(state, n) {
  const { data } = state;
  const first = n * data.batch_size;
  const last = Math.min(first + Math.min(data.most, data.batch_size), data.samples) - 1;
  const low = Math.floor(first / data.chunk);
  return Array.from({ length: Math.floor(last / data.chunk) - low + 1 }, (_, step) => low + step);
}

/** Load what the chosen batch needs, then its neighbours, the way the reader moves first. */
function load(state) {
  if (state.failure) return;
  const last = Math.ceil(state.data.samples / state.data.chunk) - 1;
  const needed = chunksOf(state, state.n);
  const ahead = [1, 2, 3, -1, -2].flatMap((step) =>
    chunksOf(state, Math.max(0, Math.min(state.data.batches - 1, state.n + step * state.direction))),
  );
  const near = [1, -1].map((step) => needed[0] + step * state.direction);
  const wanted = [...new Set([...needed, ...ahead, ...near])].filter((chunk) => chunk >= 0 && chunk <= last);
  for (const chunk of wanted) {
    if (state.loading.size >= AT_ONCE) return;
    if (!state.chunks.has(chunk) && !state.loading.has(chunk)) fetchChunk(state, chunk);
  }
}

async function fetchChunk(state, chunk) {
  const { version, address, samples, chunk: size } = state.data;
  const ticket = {};
  state.loading.set(chunk, ticket);
  try {
    const answer = await fetch(address + chunk);
    if (!answer.ok) throw new Error((await answer.json()).error);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (version !== state.data.version) return;
    const count = Math.min(size, samples - chunk * size);
    state.chunks.set(chunk, { pixels: bytes.subarray(0, 784 * count), labels: bytes.subarray(784 * count) });
    const spare = [...state.chunks.keys()].filter((kept) => !chunksOf(state, state.n).includes(kept));
    if (state.chunks.size > KEPT_CHUNKS) state.chunks.delete(spare[0]);
  } catch (error) {
    if (version !== state.data.version) return;
    const known = error instanceof TypeError ? "The server does not answer." : error.message;
    state.failure = `These digits could not be loaded. ${known}`;
  } finally {
    if (state.loading.get(chunk) === ticket) state.loading.delete(chunk);
  }
  ask(state);
}

/** Paint with the next frame, however often it is asked for until then. */
function ask(state) {
  if (state.data && state.width)
    state.frame ||= requestAnimationFrame(() => {
      state.frame = 0;
      paint(state);
    });
}

function paint(state) {
  load(state);
  if (state.shown?.n !== state.n && chunksOf(state, state.n).every((chunk) => state.chunks.has(chunk))) take(state);
  draw(state);
  state.root.dataset.shown = state.shown ? String(state.shown.n) : "";
  state.root.setAttribute("aria-busy", String(state.shown?.n !== state.n));
  say(state);
}

/** Copy the digits of the chosen batch out of the loaded parts. */
function take(state) {
  const { data, n } = state;
  const count = present(state);
  const shown = { n, count, pixels: new Uint8Array(784 * count), labels: new Uint8Array(count) };
  for (let place = 0; place < count; place += 1) {
    const sample = n * data.batch_size + place;
    const chunk = state.chunks.get(Math.floor(sample / data.chunk));
    const within = sample % data.chunk;
    shown.pixels.set(chunk.pixels.subarray(784 * within, 784 * (within + 1)), 784 * place);
    shown.labels[place] = chunk.labels[within];
  }
  state.shown = shown;
  state.canvas.setAttribute(
    "aria-label",
    `Batch ${n}, samples ${n * data.batch_size} to ` +
      `${Math.min((n + 1) * data.batch_size, data.samples) - 1}; labels of the ${count} digits drawn: ` +
      shown.labels.join(" "),
  );
  inkSheet(state);
}

function say(state) {
  const place = state.hover ?? state.focus;
  let text = state.failure;
  if (!text && place !== null && state.shown && place < state.shown.count) {
    const sample = state.shown.n * state.data.batch_size + place;
    text = `batch[${place}] is train_images[${sample}]; its label is ${state.shown.labels[place]}.`;
  }
  text ||=
    "Point at a digit, or use the arrow keys on the picture, to read which sample it is. " +
    "Drag along the bar above to go far.";
  if (state.readout.textContent !== text) state.readout.textContent = text;
}

function renew(state, data) {
  const changed = state.data?.version !== data.version;
  const identity = [data.version, data.batch_size, data.samples].join();
  state.data = data;
  if (changed) {
    state.chunks.clear();
    state.loading.clear();
    state.failure = "";
  }
  if (identity !== state.identity) {
    state.identity = identity;
    state.n = data.number;
    state.shown = null;
    state.focus = null;
    clearTimeout(state.timer);
    write(state);
  }
  ask(state);
}

function release(state) {
  clearTimeout(state.timer);
  cancelAnimationFrame(state.frame);
}

export default mount({ build, renew, release, identify: always });
