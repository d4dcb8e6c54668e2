// Descents on a curve or surface. Whole families of runs, one for every pair of learning rate and momentum, came from
// Python at once; dragging a slider only looks up another run, so every path follows within the frame.
// Back to Python go a new start point, and the settings when a slider is let go.
// descent_runs reads the runs; descent_map, _arrows, _relief and _losses draw them; descent_words speaks of them.

import { mount, request, watchSize } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { isStill, makePlayer } from "../shared/player.js";
import { onArrows, placeIn } from "../shared/pointing.js";
import { isDark } from "../shared/theme.js";
import { paintLoss, prepareLoss, scrubByPointer } from "./losses.js";
import { paintMap, prepareMap } from "./map.js";
import { ANGLE, paintRelief, prepareRelief, TILTS, TURNS, turnByPointer } from "./relief.js";
import { readRun, unpacked, valuesOf } from "./runs.js";
import { indexOf, inWindow, report, send } from "./settings.js";
import { fillLegend, fillRuler, writeValues } from "./words.js";

const NARROW = 700;
const STEPS_PER_SECOND = 20;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-descent";
  root.dataset.testid = "descent-board";
  root.innerHTML = `
    <figure class="map">
      <canvas tabindex="0" role="application"></canvas><figcaption></figcaption>
      <p class="message" role="alert" hidden></p>
    </figure>
    <figure class="relief"><canvas data-scrubs tabindex="0" role="application"
      aria-label="The surface in perspective; arrow keys turn it"></canvas><figcaption></figcaption></figure>
    <figure class="loss"><canvas data-scrubs role="img"></canvas><figcaption></figcaption></figure>
    <div class="settings">
      <div class="controls">
        <label class="grow">Learning rate <input type="range" class="rate" min="0" step="1"><output></output></label>
        <label class="grow momentum">Momentum
          <input type="range" class="beta" min="0" step="1"><output></output></label>
      </div>
      <div class="controls" data-scrubs>
        <button type="button" class="play">Play</button>
        <button type="button" class="back" aria-label="Step back" title="Step back">◀</button>
        <button type="button" class="forth" aria-label="Step forward" title="Step forward">▶</button>
        <label class="grow">Step <input type="range" class="step" min="0" step="1"><output></output></label>
        <label>Speed <input type="range" class="speed" min="-2" max="3" step="1" value="0"><output>1×</output></label>
      </div>
      <ul class="legend"></ul>
    </div>
    <div class="explanation" data-testid="descent-explanation">
      <div class="ruler" aria-hidden="true"></div><div class="lines" aria-live="polite"></div>
    </div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    map: find(".map canvas"),
    mapCaption: find(".map figcaption"),
    message: find(".message"),
    relief: find(".relief canvas"),
    reliefCaption: find(".relief figcaption"),
    loss: find(".loss canvas"),
    lossCaption: find(".loss figcaption"),
    rate: find(".rate"),
    beta: find(".beta"),
    momentum: find(".momentum"),
    step: find(".step"),
    speed: find(".speed"),
    legend: find(".legend"),
    explanation: find(".explanation"),
    lines: find(".lines"),
    ruler: find(".ruler"),
    kept: placeOf(parent),
    methods: [],
    angle: [...ANGLE],
    pending: 0,
    drawn: 0,
    sent: 0,
    time: 0,
  };
  state.angle = state.kept.numbers([TURNS, TILTS]) ?? state.angle;
  state.player = playerOf(state, find(".play"));
  listen(state, find);
  // Streamlit changes the background with the theme; the style sheet makes that a transition, whose end is told.
  root.addEventListener("transitionend", (event) => {
    if (event.target !== root) return;
    state.pictured = ""; // all anew: taking the picture away listens to every stroke
    renewPictures(state);
  });
  watchSize(state, () => {
    if (root.clientWidth && root.clientWidth !== state.width) renewPictures(state);
  });
  return state;
}

function listen(state, find) {
  for (const slider of [state.rate, state.beta]) {
    slider.addEventListener("input", () => request(state));
    slider.addEventListener("change", () => report(state));
  }
  state.step.addEventListener("input", () => {
    state.player.stop();
    request(state);
  });
  state.step.addEventListener("change", () => report(state));
  find(".back").addEventListener("click", () => moveStep(state, -1));
  find(".forth").addEventListener("click", () => moveStep(state, 1));
  state.speed.addEventListener("input", () => {
    const text = `${2 ** Number(state.speed.value)}×`;
    state.speed.nextElementSibling.textContent = text;
    state.speed.setAttribute("aria-valuetext", text);
  });
  pointAtMap(state);
  turnByPointer(state);
  scrubByPointer(state);
}

/** A click on the map starts there; the mouse over it reads the function off, also in the relief. */
function pointAtMap(state) {
  const under = (event) => state.view.toPoint(...placeIn(state.map, event));
  const hover = (point) => {
    state.hover = point;
    request(state);
  };
  state.map.addEventListener("click", (event) => state.view && place(state, under(event)));
  state.map.addEventListener("pointermove", (event) => {
    if (!state.view || event.pointerType !== "mouse") return;
    const point = under(event);
    const within = event.offsetY >= state.view.top && event.offsetY <= state.view.top + state.view.tall;
    hover(within && inWindow(state, point) ? point : null);
  });
  state.map.addEventListener("pointerleave", () => hover(null));
  onArrows(state.map, (way) => {
    if (!state.start) return false;
    const sides = state.data.surface.window;
    return place(
      state,
      state.start.map((value, axis) => value + (way[axis] * (sides[axis][1] - sides[axis][0])) / 40),
    );
  });
}

// Settings and time.

function playerOf(state, button) {
  return makePlayer({
    button,
    begin: () => {
      if (indexOf(state.step) >= state.data.steps) state.step.value = "0";
      state.time = indexOf(state.step);
    },
    advance: (seconds) => {
      const rate = (isStill() ? 3 : STEPS_PER_SECOND) * 2 ** Number(state.speed.value);
      state.time = Math.min(state.time + rate * seconds, state.data.steps);
      if (Math.floor(state.time) !== indexOf(state.step)) {
        state.step.value = String(Math.floor(state.time));
        paint(state);
      }
      return state.time < state.data.steps;
    },
    told: (playing) => {
      state.root.dataset.playing = String(playing);
      // A reader of the screen hears where the run came to rest, not every step on the way.
      state.lines.setAttribute("aria-live", playing ? "off" : "polite");
    },
    ended: () => report(state),
  });
}

function moveStep(state, way) {
  state.player.stop();
  state.step.value = String(indexOf(state.step) + way);
  report(state);
  request(state);
}

/** A new start point: marked at once, its runs come from Python. */
function place(state, point) {
  const inside = point.map((value, axis) => {
    const [low, high] = state.data.surface.window[axis];
    return Math.min(Math.max(value, low), high);
  });
  state.start = inside;
  state.message.hidden = true;
  request(state);
  state.asked = send(state, "start", { point: inside });
}

// Painting.

function paint(state) {
  if (!state.ready || !state.view) return;
  for (const method of state.methods) readRun(state, method);
  const step = indexOf(state.step);
  writeValues(state, step);
  paintMap(state, step);
  if (state.reliefView) paintRelief(state, step);
  paintLoss(state, step);
  state.drawn += 1;
  state.root.dataset.drawn = String(state.drawn);
  state.root.dataset.step = String(step);
}

/** Pictures that change only with surface, width or theme: contour lines, the relief's mesh; then everything. */
function renewPictures(state) {
  state.width = state.root.clientWidth;
  if (!state.ready || !state.width) return;
  const theme = isDark(state.root) ? "dark" : "light";
  const { surface, base } = state.data;
  const key = `${theme} ${state.width} ${window.devicePixelRatio} ${base} ${JSON.stringify(surface.window)}`;
  state.palette = state.data.palettes[theme];
  state.legend.querySelectorAll("line").forEach((line, k) => {
    line.setAttribute("stroke", state.palette[state.methods[k].color]);
  });
  if (state.pictured !== key || state.picturedValues !== surface.values) {
    state.pictured = key;
    state.picturedValues = surface.values;
    state.narrow = state.width < NARROW;
    prepareMap(state);
    prepareRelief(state);
    prepareLoss(state);
  }
  paint(state);
}

async function renew(state, data) {
  const turn = (state.turn = (state.turn ?? 0) + 1);
  const methods = await Promise.all(data.methods.map((method) => unpacked(state, data, method)));
  if (turn !== state.turn) return;
  const known = state.data;
  state.data = data;
  state.methods = methods;
  if (known?.surface.values !== data.surface.values) state.values = valuesOf(data.surface);
  // While a newer click is on its way, its mark stays.
  if (!state.asked || data.answer.count === state.asked) {
    state.start = [...data.start];
    state.message.textContent = data.answer.message;
    state.message.hidden = !data.answer.message;
  }
  state.rate.max = String(data.rates.length - 1);
  state.beta.max = String(data.momenta.length - 1);
  state.step.max = String(data.steps);
  if (known?.settings.version !== data.settings.version) {
    state.rate.value = String(data.settings.rate);
    state.beta.value = String(data.settings.momentum);
    state.step.value = String(data.settings.step);
    state.selected = data.settings.method;
  }
  if (!methods.some(({ key }) => key === state.selected)) state.selected = methods[0]?.key ?? "";
  state.momentum.hidden = !methods.some(({ usesMomentum }) => usesMomentum);
  state.root.classList.toggle("curve", data.surface.window.length === 1);
  state.map.setAttribute("aria-label", `${data.alt}. Arrow keys move the start.`);
  state.ready = true;
  fillLegend(state);
  fillRuler(state);
  renewPictures(state);
  state.root.dataset.renewed = String(turn);
}

/** New data from Python; what cannot be read is said. */
function take(state, data) {
  renew(state, data).catch((error) => {
    state.message.hidden = false;
    state.message.textContent = `The paths could not be read: ${error.message}. Reload the page.`;
  });
}

export default mount({ paint, build, renew: take });
