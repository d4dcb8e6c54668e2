// A Plotly figure that changes in place: no remount, no blank frame, zoom kept. Frames, when the figure has
// them, are scrubbed and played here in the browser; clicks go back to Python with their exact coordinates.

import { always, mount, paletteOf, watchTheme, watchWidth } from "../shared/board.js";
import { bytesOf } from "../shared/packing.js";
import { placeOf } from "../shared/place.js";
import { isStill, makePlayer, paced } from "../shared/player.js";
import { coordinateAt } from "../shared/plotly.js";

/** Load the Plotly that ships inside the plotly Python package, once for the whole page. */
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.uncrumplePlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.uncrumplePlotly = undefined;
      reject(new Error("The drawing library could not be loaded from the app's own server. Reload the page."));
    };
    document.head.append(script);
  });
  return window.uncrumplePlotly;
}

const ARRAY_TYPES = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  u4: Uint32Array,
  i2: Int16Array,
  u2: Uint16Array,
  i1: Int8Array,
  u1: Uint8Array,
};

/** Plotly's {dtype, bdata, shape} → a typed array, or an array of rows. */
function decodeArray({ dtype, bdata, shape }) {
  const bytes = bytesOf(bdata);
  const flat = new ARRAY_TYPES[dtype](bytes.buffer);
  const sizes = shape === undefined ? [] : String(shape).split(",").map(Number);
  if (sizes.length !== 2) return flat;
  return Array.from({ length: sizes[0] }, (_, row) => flat.subarray(row * sizes[1], (row + 1) * sizes[1]));
}

/** A deep copy with arrays decoded and colour names such as var(--data) replaced by the palette's values. */
function materialize(value, palette) {
  if (typeof value === "string") {
    return value.replace(/var\(--([a-z]+)\)/g, (whole, name) => palette[name] ?? whole);
  }
  if (Array.isArray(value)) return value.map((item) => materialize(item, palette));
  if (value === null || typeof value !== "object") return value;
  if ("bdata" in value) return decodeArray(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, materialize(item, palette)]));
}

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-figure";
  root.innerHTML = `
    <div class="uncrumple-plot" role="img" data-testid="live-figure" data-scrubs></div>
    <div class="uncrumple-scrubber" data-scrubs hidden>
      <button type="button" class="uncrumple-play">Play</button>
      <input type="range" min="0" step="1" value="0">
      <output></output>
    </div>
    <p class="uncrumple-message" role="alert" hidden></p>`;
  parent.append(root);
  const state = {
    root,
    plot: root.querySelector(".uncrumple-plot"),
    scrubber: root.querySelector(".uncrumple-scrubber"),
    slider: root.querySelector("input"),
    output: root.querySelector("output"),
    message: root.querySelector(".uncrumple-message"),
    drawing: false,
    waiting: false,
    width: 0,
    text: "",
    frames: [],
    kept: placeOf(parent),
  };
  state.slider.addEventListener("input", () => {
    state.player.stop();
    showFrame(state, Number(state.slider.value));
  });
  state.slider.addEventListener("change", () => report(state));
  state.player = playerOf(state, root.querySelector("button"));
  watchTheme(state, draw);
  watchWidth(state, draw);
  return state;
}

/** The figure for the present theme and width. */
function present(state) {
  const palette = paletteOf(state);
  const figure = materialize(state.figure, palette);
  const narrow = state.data.narrow && state.root.clientWidth < state.data.narrow.below;
  const layout = {
    ...figure.layout,
    autosize: true,
    ...(narrow ? materialize(state.data.narrow.layout, palette) : {}),
  };
  if (narrow) {
    for (const [name, change] of Object.entries(state.data.narrow.layout)) {
      if (/axis\d*$/.test(name)) layout[name] = { ...figure.layout[name], ...change };
    }
  }
  // A finger on the figure scrolls the page; only a precise pointer drags a zoom box.
  if (!matchMedia("(pointer: fine)").matches) layout.dragmode = false;
  layout.height = narrow ? state.data.narrow.height : state.data.height;
  state.plot.style.height = `${layout.height}px`;
  return { data: figure.data, layout, frames: figure.frames ?? [] };
}

/** Draw the newest data; a draw asked for while one is under way happens once, after it. */
async function draw(state) {
  if (state.drawing) {
    state.waiting = true;
    return;
  }
  if (!state.data || !state.root.clientWidth) return;
  state.drawing = true;
  try {
    const Plotly = await loadPlotly(state.data.plotly);
    const { data, layout, frames } = present(state);
    await Plotly.react(state.plot, data, layout, { displaylogo: false, responsive: false, displayModeBar: false });
    state.frames = frames;
    listen(state);
    if (frames.length) await applyFrame(state, Number(state.slider.value));
    state.plot.dataset.drawn = String(Number(state.plot.dataset.drawn ?? 0) + 1);
    state.message.hidden = true;
  } catch (error) {
    state.message.textContent = error.message;
    state.message.hidden = false;
  } finally {
    state.drawing = false;
    if (state.waiting) {
      state.waiting = false;
      draw(state);
    }
  }
}

function listen(state) {
  if (state.listening || !state.data.clicks) return;
  state.listening = true;
  state.plot.on("plotly_click", ({ points, xvals, yvals, event }) => {
    const point = points?.[0];
    const box = state.plot.getBoundingClientRect();
    state.clicks = (state.clicks ?? 0) + 1;
    state.setStateValue("click", {
      x: xvals?.[0] ?? coordinateAt(point.xaxis, event.clientX - box.left),
      y: yvals?.[0] ?? coordinateAt(point.yaxis, event.clientY - box.top),
      point: point ? { x: point.x, y: point.y, trace: point.data.name ?? null } : null,
      count: state.clicks,
    });
  });
}

/** Put one frame's arrays into the traces they belong to; only what the frame names changes. */
async function applyFrame(state, index) {
  const frame = state.frames[index];
  if (!frame) return;
  const traces = frame.traces ?? frame.data.map((_, trace) => trace);
  frame.data.forEach((change, position) => {
    const trace = state.plot.data[traces[position]];
    for (const [name, value] of Object.entries(change)) if (name !== "type") trace[name] = value;
  });
  state.plot.layout.datarevision = (state.plot.layout.datarevision ?? 0) + 1;
  await window.Plotly.react(state.plot, state.plot.data, state.plot.layout);
  state.output.textContent = frame.name;
  state.slider.setAttribute("aria-valuetext", frame.name);
  state.plot.dataset.frame = String(index);
  state.kept.put(index === state.frames.length - 1 ? null : [index]);
}

async function showFrame(state, index) {
  state.wanted = index;
  if (state.scrubbing) return;
  state.scrubbing = true;
  while (state.wanted !== null) {
    const next = state.wanted;
    state.wanted = null;
    await applyFrame(state, next);
    await new Promise(requestAnimationFrame);
  }
  state.scrubbing = false;
}

/** Frame after frame; with reduced motion a few still pictures a second. */
function playerOf(state, button) {
  const last = () => state.frames.length - 1;
  return makePlayer({
    button,
    begin: () => {
      if (Number(state.slider.value) >= last()) state.slider.value = "0";
    },
    advance: paced(
      () => (isStill() ? 1 / 2 : 1 / 12),
      () => {
        const next = Math.min(Number(state.slider.value) + 1, last());
        state.slider.value = String(next);
        showFrame(state, next);
        return next < last();
      },
    ),
    ended: () => report(state),
  });
}

function report(state) {
  if (state.data.reportFrame) state.setStateValue("frame", Number(state.slider.value));
}

function prepareScrubber(state) {
  const count = state.figure.frames?.length ?? 0;
  state.scrubber.hidden = count === 0;
  if (!count) return;
  const atEnd = state.slider.max === "" || Number(state.slider.value) >= Number(state.slider.max);
  state.slider.max = String(count - 1);
  state.slider.setAttribute("aria-label", state.data.scrubLabel);
  if (atEnd || Number(state.slider.value) >= count) state.slider.value = String(count - 1);
  if (!state.begun) beginWherePlaced(state, count - 1);
}

/** The first frames there are: a link says which of them to begin with. */
function beginWherePlaced(state, last) {
  state.begun = true;
  const place = state.kept.numbers([[0, last]]);
  if (!place) return;
  state.slider.value = String(Math.round(place[0]));
  report(state);
}

function renew(state, data) {
  state.plot.setAttribute("aria-label", data.alt);
  if (data.figure === state.data?.figure) return;
  state.figure = JSON.parse(data.figure);
  state.data = data;
  prepareScrubber(state);
  draw(state);
}

function release(state) {
  if (window.Plotly) window.Plotly.purge(state.plot);
}

export default mount({ build, renew, release, identify: always });
