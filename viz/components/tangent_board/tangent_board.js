// One function, a point on it and a second one at distance epsilon, both dragged here. Everything shown came from
// Python once: the curves, f and f' at all places x may take, f at every epsilon from each of them, in two precisions.
// Back to Python goes only where the points stand when they are let go, for the code below the board.

import { mount, paletteOf, request, watchTheme, watchWidth } from "../shared/board.js";
import { inflated } from "../shared/packing.js";
import { makePlayer, paced } from "../shared/player.js";
import { arrowOf, drag, placeIn } from "../shared/pointing.js";
import { paintCurve, paintSlope, prepareCurves } from "./curves.js";
import { paintErrors, prepareErrors } from "./errors.js";
import { numbersAt, write } from "./numbers.js";
import { clamp, epsilonOf, nearestFamily, xAt } from "./places.js";

const TYPES = { f8: Float64Array, f4: Float32Array, u1: Uint8Array };
const MAGNET = 5;
const SHRINK_SECONDS = 0.11;

async function unpacked({ packed, contents }) {
  const buffer = await inflated(packed);
  const arrays = {};
  let from = 0;
  for (const [name, type, count] of contents) {
    arrays[name] = new TYPES[type](buffer, from, count);
    from += Math.ceil(arrays[name].byteLength / 8) * 8;
  }
  return arrays;
}

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-tangent";
  root.dataset.testid = "tangent-board";
  root.innerHTML = `
    <div class="controls">
      <label data-scrubs>x <input type="range" class="x" min="0" step="1" aria-label="x"><output></output></label>
      <label data-scrubs>ε <input type="range" class="epsilon" min="0" step="1" aria-label="epsilon"><output></output></label>
      <button type="button" class="side" aria-pressed="false">ε &lt; 0</button>
      <button type="button" class="shrink" data-scrubs>Let ε shrink</button>
      <button type="button" class="fail">Go where it fails</button>
    </div>
    <div class="panes">
      <figure class="curve"><canvas tabindex="0" role="application"></canvas><figcaption></figcaption></figure>
      <div class="numbers">
        <dl>
          <dt>Secant</dt><dd data-row="secant"></dd><dt>Tangent</dt><dd data-row="tangent" class="short"></dd>
          <dt>On the line</dt><dd data-row="line"></dd><dt>On the curve</dt><dd data-row="true" class="short"></dd>
          <dt>Error</dt><dd data-row="error" class="short"></dd>
        </dl>
      </div>
      <p class="verdict" role="status"></p>
      <figure class="slope"><canvas role="img"></canvas><figcaption></figcaption></figure>
      <figure class="errors"><canvas role="img"></canvas><figcaption></figcaption></figure>
    </div>
    <p class="message" role="alert" hidden></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    curve: find(".curve canvas"),
    slope: find(".slope canvas"),
    errors: find(".errors canvas"),
    x: find("input.x"),
    epsilon: find("input.epsilon"),
    side: find(".side"),
    fail: find(".fail"),
    verdict: find(".verdict"),
    message: find(".message"),
    find,
    rows: Object.fromEntries([...root.querySelectorAll("dd")].map((row) => [row.dataset.row, row])),
    at: 0,
    step: { family: 0 },
    negative: false,
    pending: 0,
    drawn: 0,
    sent: 0,
  };
  state.player = shrinker(state, find(".shrink"));
  listen(state);
  watchTheme(state, renewPictures);
  watchWidth(state, renewPictures);
  return state;
}

function listen(state) {
  state.x.addEventListener("input", () => moveTo(state, Number(state.x.value)));
  state.epsilon.addEventListener("input", () => {
    state.player.stop();
    setFamily(state, Number(state.epsilon.value));
  });
  for (const slider of [state.x, state.epsilon]) slider.addEventListener("change", () => report(state));
  state.side.addEventListener("click", () => {
    flip(state);
    report(state);
  });
  state.fail.addEventListener("click", () => {
    toNextMark(state);
    report(state);
  });
  state.curve.addEventListener("keydown", (event) => pressed(state, event));
  state.curve.addEventListener("keyup", (event) => {
    if (arrowOf(event)) report(state);
  });
  dragged(state, state.curve, true);
  dragged(state, state.slope, false);
}

// Where the points stand: x at one of its places, epsilon one of the family's or a whole number of steps.

const places = (state) => state.arrays.slopes.length;

function moveTo(state, at) {
  state.at = clamp(Math.round(at), 0, places(state) - 1);
  request(state);
}

function setFamily(state, index) {
  state.step = { family: clamp(index, 0, state.data.epsilons.length - 1) };
  request(state);
}

function setEpsilon(state, epsilon) {
  state.negative = epsilon < 0;
  const size = Math.abs(epsilon);
  const index = nearestFamily(state, size);
  const most = Math.round(state.data.epsilons.at(-1) / state.data.step);
  const member = Math.abs(state.data.epsilons[index] - size) < 1e-9 * size || size < state.data.step;
  state.step = member ? { family: index } : { whole: clamp(Math.round(size / state.data.step), 1, most) };
}

function flip(state) {
  state.negative = !state.negative;
  request(state);
}

/** On to the next corner, jump or end of the function; after the last again the first. */
function toNextMark(state) {
  const marks = state.data.marks.filter(Number.isInteger);
  moveTo(state, marks.find((mark) => mark > state.at) ?? marks[0] ?? state.at);
}

/** Smaller and smaller, down to 1e-6, where the picture has long been the tangent. */
function shrinker(state, button) {
  let index = 0;
  return makePlayer({
    button,
    words: ["Let ε shrink", "Stop"],
    begin: () => {
      index = state.step.family ?? nearestFamily(state, Math.abs(epsilonOf(state)));
      if (index <= 12) index = state.data.epsilons.length - 1;
      setFamily(state, index);
    },
    advance: paced(SHRINK_SECONDS, () => {
      index -= 1;
      setFamily(state, index);
      return index > 6;
    }),
    ended: () => report(state),
  });
}

function pressed(state, event) {
  const far = event.shiftKey ? 16 : 1;
  const family = state.step.family ?? nearestFamily(state, Math.abs(epsilonOf(state)));
  const act = {
    ArrowLeft: () => moveTo(state, state.at - far),
    ArrowRight: () => moveTo(state, state.at + far),
    ArrowDown: () => setFamily(state, family - 1),
    ArrowUp: () => setFamily(state, family + 1),
    Home: () => moveTo(state, 0),
    End: () => moveTo(state, places(state) - 1),
    "-": () => flip(state),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  state.player.stop();
  act();
}

/** The pointer takes the nearer point; elsewhere in the picture the point comes to the pointer. */
function dragged(state, canvas, both) {
  drag(canvas, {
    begin: (event) => {
      if (!state.ready) return null;
      state.player.stop();
      const held = both && takesSecond(state, event) ? "second" : "point";
      follow(state, held, event);
      return held;
    },
    move: (held, event) => follow(state, held, event),
    end: () => report(state),
  });
}

function takesSecond(state, event) {
  const pointer = placeIn(state.curve, event);
  const now = numbersAt(state);
  const first = state.view.toPixel(now.x, now.here);
  const second = state.view.toPixel(now.x + now.epsilon, now.next);
  const off = ([x, y]) => Math.hypot(pointer[0] - x, pointer[1] - y);
  if (!Number.isFinite(now.here)) return off(second) < 26;
  const towards = (pointer[0] - first[0]) * Math.sign(now.epsilon);
  return off(second) < 26 && (off(second) < off(first) - 2 || (off(first) < 26 && towards > 6));
}

function follow(state, held, event) {
  const [pixel] = placeIn(state.curve, event);
  const x = clamp(state.view.toX(pixel), ...state.data.window);
  if (held === "second") {
    const whole = Math.round(x / state.data.step) - Math.round(xAt(state, state.at) / state.data.step);
    if (whole) setEpsilon(state, whole * state.data.step);
    request(state);
    return;
  }
  const near = state.data.marks.filter(
    (mark) => Number.isInteger(mark) && Math.abs(state.view.toPixel(xAt(state, mark), 0)[0] - pixel) <= MAGNET,
  );
  moveTo(state, near[0] ?? (x - state.data.window[0]) / state.data.step);
}

function report(state) {
  state.sent += 1;
  const place = { version: state.data.version, x: xAt(state, state.at), epsilon: epsilonOf(state) };
  state.setStateValue("place", { ...place, count: `${Date.now()}.${state.sent}` });
}

// Painting.

function paint(state) {
  if (!state.ready || !state.view) return;
  const now = numbersAt(state);
  paintCurve(state, now);
  paintSlope(state, now);
  paintErrors(state, now);
  write(state, now);
  state.drawn += 1;
  Object.assign(state.root.dataset, {
    drawn: state.drawn,
    x: now.x,
    epsilon: now.epsilon,
    secant: now.secant,
    slope: now.slope,
    here: now.here,
    next: now.next,
    error: now.error,
    error32: now.error32,
  });
}

/** What changes only with function, width or theme; then everything. */
function renewPictures(state) {
  if (!state.ready || !state.root.clientWidth) return;
  state.palette = paletteOf(state);
  state.root.style.setProperty("--tangent-loss", state.palette.loss);
  prepareCurves(state);
  prepareErrors(state);
  paint(state);
}

async function renew(state, data) {
  const turn = (state.turn = (state.turn ?? 0) + 1);
  const arrays = await unpacked(data);
  if (turn !== state.turn) return;
  const moved = state.data?.version !== data.version;
  Object.assign(state, { data, arrays, told: toldOf(data), ready: true });
  state.x.max = String(places(state) - 1);
  state.epsilon.max = String(data.epsilons.length - 1);
  if (moved) {
    state.at = clamp(Math.round((data.place.x - data.window[0]) / data.step), 0, places(state) - 1);
    setEpsilon(state, data.place.epsilon);
  }
  state.at = Math.min(state.at, places(state) - 1);
  state.fail.disabled = !data.marks.some(Number.isInteger);
  state.curve.setAttribute("aria-label", data.alt);
  state.root.dataset.version = data.version;
  renewPictures(state);
}

/** What is said at the places where f or JAX fails, and the slope of the tangent there, null without one. */
const toldOf = ({ sentences }) => new Map(sentences.map(([at, text, slope]) => [at, { text, slope }]));

/** New data from Python; what cannot be read is said. */
function take(state, data) {
  renew(state, data).catch((error) => {
    state.message.hidden = false;
    state.message.textContent = `The curves could not be read: ${error.message}. Reload the page.`;
  });
}

export default mount({
  paint,
  build,
  renew: take,
  identify: ({ version, alt, packed }) => `${version} ${alt} ${packed}`,
});
