// A tiny model's loss as a function of its weights W. While anything is dragged the loss comes from the exact
// polynomial that JAX made; when W rests, every number and dot is what JAX computed there. Pictures: the other script.

import { mount, paletteOf, request, watchTheme, watchWidth } from "../shared/board.js";
import { drag, onArrows, placeIn } from "../shared/pointing.js";
import { gradientAt, look, niceAbove, partial, rateOf, reach, rescale, tidy, writeWords } from "./loss.js";
import { paintPlane } from "./map.js";
import { paintCompass, paintLine, paintSlice } from "./painting.js";

const MOST = 1e6;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-gradient";
  root.dataset.testid = "gradient-board";
  root.innerHTML = `
    <div class="panes">
      <figure class="slices"><div class="entries"></div><figcaption>Each picture is the loss when this one entry changes
        and the others stay frozen. Dashed: the tangent; its slope is the partial derivative. Arrow: this entry of the
        gradient, its sign and its size.</figcaption></figure>
      <figure class="map">
        <div class="controls"><label>Across <select class="across"></select></label>
          <label>Upward <select class="upward"></select></label></div>
        <div class="stage"><canvas role="img"></canvas><button type="button" class="handle"></button></div>
        <figcaption>Lines of equal loss over these two entries, darker is lower. Drag the point. Spokes: 36 directions,
          as long as the slope is steep, <b class="up">uphill</b> or <b class="down">downhill</b>.</figcaption>
      </figure>
    </div>
    <div class="controls">
      <label class="grow">Learning rate <input type="range" class="rate" min="0" step="1"><output></output></label>
      <button type="button" class="step">Take the step</button>
      <button type="button" class="ten">Take 10 steps</button>
      <button type="button" class="back">Back to the start</button>
    </div>
    <p class="summary" role="status"></p>
    <div class="panes">
      <figure><canvas class="line" role="img"></canvas><figcaption>The loss after one step against the whole gradient,
        for every learning rate; dashed, what the slope alone promises.</figcaption></figure>
      <figure><canvas class="compass" role="img"></canvas><figcaption class="steepest"></figcaption></figure>
    </div>
    <p class="message" role="alert" hidden></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    entries: find(".entries"),
    map: find(".map canvas"),
    handle: find(".handle"),
    across: find(".across"),
    upward: find(".upward"),
    rate: find(".rate"),
    summary: find(".summary"),
    line: find(".line"),
    compass: find(".compass"),
    steepest: find(".steepest"),
    message: find(".message"),
    cards: [],
    pending: 0,
    drawn: 0,
    sent: 0,
  };
  listen(state, find);
  watchTheme(state, repaint);
  watchWidth(state, repaint);
  return state;
}

function listen(state, find) {
  state.rate.addEventListener("input", () => request(state));
  state.rate.addEventListener("change", () => report(state));
  find(".step").addEventListener("click", () => descend(state, 1));
  find(".ten").addEventListener("click", () => descend(state, 10));
  find(".back").addEventListener("click", () => {
    state.steep = 0;
    settle(state, [...state.path[0]], true);
  });
  state.across.addEventListener("change", () => choosePair(state, 0));
  state.upward.addEventListener("change", () => choosePair(state, 1));
  dragPoint(state, state.map, "mouse");
  dragPoint(state, state.handle);
  state.map.addEventListener("click", (event) => {
    if (event.pointerType === "mouse") return;
    moveTo(state, event);
    settle(state, state.weights, true);
  });
  onArrows(state.handle, (way) => {
    const weights = [...state.weights];
    state.pair.forEach((entry, axis) => {
      weights[entry] = tidy(weights[entry] + (way[axis] * reach(state)) / 30);
    });
    settle(state, weights, true);
  });
}

/** A mouse drags the point from anywhere on the map; a finger by its handle, so that the page still scrolls. */
function dragPoint(state, element, only) {
  drag(element, {
    begin: (event) => {
      if (only && event.pointerType !== only) return null;
      if (only) moveTo(state, event);
      request(state);
      return element;
    },
    move: (_, event) => {
      moveTo(state, event);
      request(state);
    },
    end: () => settle(state, state.weights, true),
  });
}

function moveTo(state, event) {
  const point = state.view.toPoint(...placeIn(state.map, event));
  const far = reach(state);
  const weights = [...state.weights];
  state.pair.forEach((entry, axis) => {
    weights[entry] = tidy(Math.min(Math.max(point[axis], -far), far));
  });
  state.weights = weights;
}

// Settings.

/** A new W from here: shown at once, then JAX's numbers come from Python. afresh: the path begins anew. */
function settle(state, weights, afresh) {
  state.weights = weights;
  if (afresh) state.path = [state.path[0], ...(same(weights, state.path[0]) ? [] : [weights])];
  if (afresh) state.from = state.path.length - 1;
  state.message.hidden = true;
  report(state);
  request(state);
}

const same = (a, b) => a.every((value, k) => value === b[k]);

function descend(state, count) {
  const rate = rateOf(state);
  let { weights } = state;
  for (let step = 0; step < count; step += 1) {
    const gradient = gradientAt(state.data.polynomial, weights);
    const next = weights.map((value, k) => value - rate * gradient[k]);
    if (!next.every((value) => Math.abs(value) <= MOST)) {
      refuse(state, "The next step would take W beyond a million: with this learning rate the loss grows for ever.");
      break;
    }
    weights = next;
    state.path = [...state.path, weights];
  }
  if (weights !== state.weights) {
    const { hidden } = state.message;
    settle(state, weights, false);
    state.message.hidden = hidden;
  }
}

function refuse(state, sentence) {
  state.message.textContent = sentence;
  state.message.hidden = false;
}

/** Both axes must differ: choosing the other one's entry swaps them. */
function choosePair(state, axis) {
  const chosen = Number([state.across, state.upward][axis].value);
  const pair = [...state.pair];
  if (pair[1 - axis] === chosen) pair[1 - axis] = pair[axis];
  pair[axis] = chosen;
  state.pair = pair;
  showPair(state);
  report(state);
  request(state);
}

function showPair(state) {
  [state.across, state.upward].forEach((select, axis) => {
    select.value = String(state.pair[axis]);
  });
}

function report(state) {
  state.sent += 1;
  const value = { weights: state.weights, pair: state.pair, rate: rateOf(state), version: state.data.version };
  state.setStateValue("settings", { ...value, count: `${Date.now()}.${state.sent}` });
}

// Cards, one for each entry.

function makeCards(state) {
  const { names, columns } = state.data;
  state.entries.style.setProperty("--columns", String(columns));
  state.cards = names.map((name, entry) => {
    const card = document.createElement("div");
    card.className = "entry";
    card.innerHTML = `<div class="top"><code></code><input type="range" step="0.01">
      <input type="number" step="0.1"></div><canvas role="img"></canvas><output></output>`;
    const [slider, box] = card.querySelectorAll("input");
    card.querySelector("code").textContent = name;
    slider.setAttribute("aria-label", name);
    box.setAttribute("aria-label", `${name} as a number`);
    const take = (input) => {
      const value = Number(input.value);
      if (input.value === "" || !(Math.abs(value) <= MOST)) return false;
      state.weights = state.weights.map((old, k) => (k === entry ? value : old));
      return true;
    };
    slider.addEventListener("input", () => {
      take(slider);
      request(state);
    });
    slider.addEventListener("change", () => settle(state, state.weights, true));
    box.addEventListener("change", () => {
      if (take(box)) settle(state, state.weights, true);
      else refuse(state, `${name} must be a number from −1,000,000 to 1,000,000.`);
      request(state);
    });
    return { card, slider, box, canvas: card.querySelector("canvas"), output: card.querySelector("output") };
  });
  state.entries.replaceChildren(...state.cards.map(({ card }) => card));
  for (const select of [state.across, state.upward]) {
    select.replaceChildren(...names.map((name, entry) => new Option(name, String(entry))));
  }
}

// Painting and words.

function repaint(state) {
  if (!state.data || !state.root.clientWidth) return;
  state.palette = paletteOf(state);
  state.paperKey = "";
  state.root.querySelector(".up").style.color = state.palette.gradient;
  paint(state);
}

function paint(state) {
  if (!state.palette) return;
  const seen = look(state);
  rescale(state, seen);
  const far = reach(state);
  state.cards.forEach((parts, entry) => {
    const value = state.weights[entry];
    parts.slider.min = String(-far);
    parts.slider.max = String(far);
    if (document.activeElement !== parts.slider || seen.rests) parts.slider.value = String(value);
    if (document.activeElement !== parts.box || seen.rests) parts.box.value = String(Number(value.toPrecision(6)));
    parts.output.textContent = partial(state.data.names[entry], seen.gradient[entry]);
    parts.canvas.setAttribute("aria-label", `The loss against ${state.data.names[entry]}. ${parts.output.textContent}`);
    paintSlice(state, seen, entry, far);
  });
  paintPlane(state, seen, far);
  paintLine(state, seen);
  paintCompass(state, seen);
  writeWords(state, seen);
  state.drawn += 1;
  Object.assign(state.root.dataset, {
    drawn: String(state.drawn),
    rests: String(seen.rests),
    loss: String(seen.loss),
    weights: state.weights.join(),
    steps: String(state.path.length - 1),
    after: String(seen.after),
    largest: String(seen.largest),
  });
}

function renew(state, data) {
  const known = state.data;
  state.data = data;
  if (!known || known.version !== data.version) {
    state.weights = [...data.weights];
    state.path = same(data.start, data.weights) ? [[...data.start]] : [[...data.start], [...data.weights]];
    state.from = state.path.length - 1;
    state.pair = [...data.pair];
    state.rate.max = String(data.rateSteps);
    state.rate.value = String(Math.round((data.rate / data.limit) * data.rateSteps));
    state.lowTop = niceAbove(0.2 * Math.max(data.found.loss, 1e-3));
    state.top = 0;
    state.steep = 0;
    state.message.hidden = true;
    if (!known || known.names.join() !== data.names.join()) makeCards(state);
    showPair(state);
  }
  repaint(state);
}

export default mount({ paint, build, renew });
