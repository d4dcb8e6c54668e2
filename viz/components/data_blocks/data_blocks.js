// Kinds of data as blocks whose axes have sliders. Every figure is worked out here while a slider is dragged; the
// page is told when it is let go.

import { always, mount, watchSize, watchTheme } from "../shared/board.js";
import { addressValue } from "../shared/place.js";
import { isDark } from "../shared/theme.js";
import { comparisons, grouped, memoryText, product } from "./counting.js";
import { drawBlocks } from "./drawing.js";

const TOP = 1000; // slider positions; the largest size stands at the last
const REST = 500; // ms after the last change before the page is told, if nothing else tells it

const TEMPLATE = `
  <p class="uncrumple-data-read"><span data-testid="data-read" aria-live="polite"></span>
    <button type="button" data-testid="data-back">Show what the words describe</button></p>
  <div class="uncrumple-data-kinds" role="radiogroup" aria-label="Kind of data"></div>
  <p class="uncrumple-data-about"></p>
  <div class="uncrumple-data-choices">
    <label>Example <select data-testid="data-example"></select></label>
    <label>dtype <select data-testid="data-dtype"></select></label>
    <button type="button" data-testid="data-order" aria-pressed="false">Channels first</button>
  </div>
  <div class="uncrumple-data-view">
    <figure>
      <p class="uncrumple-data-shape" data-testid="data-shape" aria-live="polite"></p>
      <div class="uncrumple-data-picture"><svg role="img" width="100%"></svg></div>
      <figcaption>Not to scale: lengths grow with the logarithm of a size, and “…” stands for repeated
        blocks.</figcaption>
    </figure>
    <div>
      <div class="uncrumple-data-axes"></div>
      <div class="uncrumple-data-rank">
        <button type="button" data-testid="data-less"></button><button type="button" data-testid="data-more"></button>
      </div>
      <p class="uncrumple-data-problem" role="alert"></p>
    </div>
  </div>
  <dl class="uncrumple-data-figures"></dl>`;

function build(parent, data) {
  const root = document.createElement("div");
  root.className = "uncrumple-data";
  root.dataset.testid = "data-blocks";
  root.innerHTML = TEMPLATE;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    data,
    picture: find(".uncrumple-data-picture"),
    svg: find("svg"),
    about: find(".uncrumple-data-about"),
    kinds: find(".uncrumple-data-kinds"),
    axes: find(".uncrumple-data-axes"),
    shape: find(".uncrumple-data-shape"),
    problem: find(".uncrumple-data-problem"),
    figures: find(".uncrumple-data-figures"),
    example: find("[data-testid=data-example]"),
    dtype: find("[data-testid=data-dtype]"),
    order: find("[data-testid=data-order]"),
    read: find("[data-testid=data-read]"),
    back: find("[data-testid=data-back]"),
    less: find("[data-testid=data-less]"),
    more: find("[data-testid=data-more]"),
    words: data.words.text,
    view: recalled(data) ?? data.view,
    rows: new Map(),
    timer: 0,
    sent: "",
    count: 0,
    motion: 0,
  };
  state.known = Object.fromEntries(Object.entries(data.kinds).map(([name, kind]) => [name, kind.start]));
  prepare(state);
  listen(state);
  watchSize(state, show, state.picture);
  watchTheme(state, usePalette);
  return state;
}

/** The newest view of this tab, which survives a reload; null for none, for a link with its own, or without storage. */
function recalled(data) {
  if (Object.keys(data.view).some((name) => addressValue(name) !== null)) return null;
  try {
    const view = JSON.parse(sessionStorage.getItem(data.storage));
    const axes = data.kinds[view?.kind]?.axes;
    const right =
      axes &&
      view.dtype in data.dtypes &&
      view.sizes.length >= 1 &&
      view.sizes.length <= axes.length &&
      view.sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= data.largest);
    return right ? view : null;
  } catch {
    return null;
  }
}

function prepare(state) {
  const { data } = state;
  state.kinds.innerHTML = Object.entries(data.kinds)
    .map(
      ([name, kind]) =>
        `<label><input type="radio" name="${data.storage}" value="${name}"><span>${kind.title}</span></label>`,
    )
    .join("");
  state.dtype.innerHTML = Object.entries(data.dtypes)
    .map(([name, bytes]) => `<option value="${name}">${name}: ${bytes} byte${bytes > 1 ? "s" : ""}</option>`)
    .join("");
  state.figures.innerHTML = ["Elements", "Memory", ...data.measures.labels]
    .map((label) => `<div><dt>${label}</dt><dd></dd></div>`)
    .join("");
  offerExamples(state);
  usePalette(state);
}

function offerExamples(state) {
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  state.example.replaceChildren(
    option("", "your own sizes"),
    option("words", `“${state.data.words.text}”`),
    ...Object.keys(state.data.presets).map((name) => option(`preset ${name}`, name)),
  );
}

function usePalette(state) {
  const theme = isDark(state.root) ? "dark" : "light";
  state.root.style.colorScheme = theme; // for the browser's own sliders
  for (const [name, color] of Object.entries(state.data.palettes[theme])) {
    state.root.style.setProperty(`--uncrumple-${name}`, color);
  }
}

/** The view's axes in the order of the shape: {id: the kind's axis number, name, size, color}. */
function axesOf(state, { kind, sizes, channels_first: first } = state.view) {
  const { axes } = state.data.kinds[kind];
  const missing = axes.length - sizes.length;
  const found = sizes.map((size, place) => ({
    id: place + missing,
    name: axes[place + missing],
    size,
    color: state.data.colors[place + missing],
  }));
  if (first && axes.at(-1) === "channels") found.splice(missing === 0 && found.length > 1 ? 1 : 0, 0, found.pop());
  return found;
}

const toPosition = (state, size) => Math.round((TOP * Math.log10(size)) / Math.log10(state.data.largest));
const toSize = (state, position) => Math.round(state.data.largest ** (position / TOP));

/** Change the view and everything shown; tell: whether the page hears of it "now", after a "rest", or on "release". */
function change(state, changes, tell = "now") {
  state.view = { ...state.view, ...changes };
  state.known[state.view.kind] = state.view.sizes;
  show(state);
  clearTimeout(state.timer);
  if (tell === "now") report(state);
  if (tell === "rest") state.timer = setTimeout(() => report(state), REST);
}

function report(state) {
  clearTimeout(state.timer);
  try {
    sessionStorage.setItem(state.data.storage, JSON.stringify(state.view));
  } catch {
    /* storage is blocked */
  }
  const text = JSON.stringify(state.view);
  if (text === state.sent) return;
  state.sent = text;
  state.count += 1;
  state.setStateValue("view", { ...state.view, count: state.count });
}

function setSize(state, id, size, tell) {
  const missing = state.data.kinds[state.view.kind].axes.length - state.view.sizes.length;
  say(state, "");
  change(state, { sizes: state.view.sizes.map((old, place) => (place + missing === id ? size : old)) }, tell);
}

function say(state, sentence, number = null) {
  state.problem.textContent = sentence;
  state.rows.forEach((row) => row.number.setAttribute("aria-invalid", String(row.number === number)));
}

/** A slider and a number box for one axis, made once per axis name. */
function rowOf(state, axis) {
  const known = state.rows.get(axis.name);
  if (known) return known;
  const root = document.createElement("div");
  root.className = "uncrumple-data-axis";
  root.innerHTML = `<span class="name"><i></i><b>${axis.name}</b></span>
    <input type="range" min="0" max="${TOP}" step="1" aria-label="${axis.name}">
    <input type="text" inputmode="numeric" autocomplete="off" spellcheck="false" aria-label="Size of ${axis.name}">`;
  const [slider, number] = root.querySelectorAll("input");
  const row = { root, slider, number, swatch: root.querySelector("i"), id: axis.id };
  slider.addEventListener("input", () => setSize(state, row.id, toSize(state, Number(slider.value)), "release"));
  slider.addEventListener("change", () => report(state));
  slider.addEventListener("keydown", (event) => {
    const size = axesOf(state).find((each) => each.id === row.id).size;
    const fine = Math.max(1, Math.round(size * 0.02));
    const next = {
      ArrowRight: size + fine,
      ArrowUp: size + fine,
      ArrowLeft: size - fine,
      ArrowDown: size - fine,
      PageUp: size * 10,
      PageDown: Math.round(size / 10),
      Home: 1,
      End: state.data.largest,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setSize(state, row.id, Math.min(state.data.largest, Math.max(1, next)), "rest");
  });
  number.addEventListener("input", () => typed(state, row));
  number.addEventListener("change", () => report(state));
  state.rows.set(axis.name, row);
  return row;
}

function typed(state, row) {
  const text = row.number.value.trim();
  const plain = text.replace(/(?<=\d)[,_ ](?=\d)/g, "");
  const size = /^\d{1,15}$/.test(plain) ? Number(plain) : 0;
  if (size >= 1 && size <= state.data.largest) return setSize(state, row.id, size, "rest");
  const name = state.data.kinds[state.view.kind].axes[row.id];
  const shown = text ? `“${text.slice(0, 40)}” is not` : "nothing is typed";
  const said = name[0].toUpperCase() + name.slice(1);
  say(state, `${said} must be a whole number from 1 to ${grouped(state.data.largest)}; ${shown}.`, row.number);
}

function listen(state) {
  const { data } = state;
  state.kinds.addEventListener("change", (event) => {
    const kind = event.target.value;
    say(state, "");
    change(state, { kind, sizes: state.known[kind] });
  });
  state.dtype.addEventListener("change", () => change(state, { dtype: state.dtype.value }));
  state.order.addEventListener("click", () => change(state, { channels_first: !state.view.channels_first }));
  state.example.addEventListener("change", () => {
    const name = state.example.value;
    say(state, "");
    if (name === "words") change(state, fromWords(state));
    else if (name) change(state, { ...data.presets[name.slice("preset ".length)] });
  });
  state.back.addEventListener("click", () => {
    say(state, "");
    change(state, fromWords(state));
  });
  state.less.addEventListener("click", () => change(state, { sizes: state.view.sizes.slice(1) }));
  state.more.addEventListener("click", () => change(state, { sizes: [10, ...state.view.sizes] }));
}

/** The view the words describe; what they leave open, the dtype or the order, stays as it is. */
function fromWords({ data: { words }, view }) {
  const open = { dtype: view.dtype, channels_first: view.channels_first };
  return { ...words.view, ...Object.fromEntries(Object.entries(open).filter(([name]) => !words.said.includes(name))) };
}

/** How the words were read, only while their view is the one shown; else that it is another one. */
function showReading(state) {
  const { words } = state.data;
  const shown = JSON.stringify(comparable(state, fromWords(state))) === JSON.stringify(comparable(state, state.view));
  state.read.textContent = shown ? words.read : "Shown is your own choice, not what the words above describe.";
  state.back.hidden = shown || words.refused;
}

/** What tells two views apart, but for the dtype. */
function comparable(state, { kind, sizes, channels_first: first }) {
  return [kind, sizes, state.data.kinds[kind].axes.at(-1) === "channels" && Boolean(first)];
}

/** Everything that follows from the view. */
function show(state) {
  const { view, data } = state;
  const kind = data.kinds[view.kind];
  const axes = axesOf(state);
  const elements = product(view.sizes);
  const bytes = elements * BigInt(data.dtypes[view.dtype]);
  const memory = memoryText(bytes, data.prefixes);
  state.kinds.querySelectorAll("input").forEach((input) => {
    input.checked = input.value === view.kind;
  });
  state.about.textContent = kind.about;
  state.dtype.value = view.dtype;
  state.order.hidden = kind.axes.at(-1) !== "channels";
  state.order.setAttribute("aria-pressed", String(view.channels_first));
  showShape(state, axes);
  showRows(state, axes);
  [grouped(elements), memory, ...comparisons(bytes, data.measures)].forEach((text, place) => {
    state.figures.querySelectorAll("dd")[place].textContent = text;
  });
  state.svg.setAttribute(
    "aria-label",
    `Block diagram of ${kind.title.toLowerCase()}, not to scale. Axes in order: ` +
      `${axes.map((axis) => `${axis.name} ${grouped(axis.size)}`).join(", ")}. ${memory} as ${view.dtype}.`,
  );
  state.example.value = exampleOf(state);
  showReading(state);
  drawBlocks(state, axes);
}

function exampleOf(state) {
  const key = (view) => JSON.stringify(comparable(state, view));
  const same = (other) => key(other) === key(state.view);
  const name = Object.keys(state.data.presets).find((each) => same(state.data.presets[each]));
  if (name) return `preset ${name}`;
  return same(fromWords(state)) ? "words" : "";
}

function showShape(state, axes) {
  const colored = (axis, text) => `<span style="color:var(--uncrumple-${axis.color})">${text}</span>`;
  const sizes = axes.map((axis) => `<b>${colored(axis, grouped(axis.size))}</b>`);
  const names = axes.map((axis) => colored(axis, axis.name));
  const inner = `(${sizes.join(", ")}${axes.length === 1 ? "," : ""})`;
  state.shape.innerHTML = `<code>${inner}</code><small>${names.join(", ")}</small>`;
}

function showRows(state, axes) {
  const rows = axes.map((axis) => rowOf(state, axis));
  // Moving an element in the document would take the focus from it, so only a changed list is put there.
  const there = [...state.axes.children];
  if (rows.length !== there.length || rows.some((row, place) => there[place] !== row.root)) {
    state.axes.replaceChildren(...rows.map((row) => row.root));
  }
  rows.forEach((row, place) => {
    const axis = axes[place];
    row.id = axis.id;
    row.root.style.setProperty("--axis", `var(--uncrumple-${axis.color})`);
    row.slider.value = String(toPosition(state, axis.size));
    row.slider.setAttribute("aria-valuetext", grouped(axis.size));
    const shown = Number(row.number.value.replace(/[,_ ]/g, ""));
    if (document.activeElement !== row.number || shown !== axis.size) row.number.value = grouped(axis.size);
  });
  const names = state.data.kinds[state.view.kind].axes;
  const missing = names.length - state.view.sizes.length;
  state.less.textContent = `Without ${names[missing]}`;
  state.more.textContent = missing ? `Add ${names[missing - 1]}` : "";
  state.less.disabled = state.view.sizes.length === 1;
  state.more.hidden = !missing;
}

function renew(state, data) {
  const fresh = state.words === undefined;
  state.data = data;
  if (!fresh && data.words.text !== state.words) {
    state.view = fromWords(state);
    state.known[state.view.kind] = state.view.sizes;
    say(state, "");
    report(state);
  }
  const answered = JSON.stringify([data.words.read, data.words.refused]) !== state.answer;
  state.answer = JSON.stringify([data.words.read, data.words.refused]);
  if (answered && !fresh && data.words.text === state.words) showReading(state);
  if (fresh || data.words.text !== state.words) {
    state.words = data.words.text;
    offerExamples(state);
    show(state);
    if (fresh && JSON.stringify(state.view) !== JSON.stringify(data.view)) report(state);
  }
}

function release(state) {
  clearTimeout(state.timer);
  cancelAnimationFrame(state.motion);
}

export default mount({ build, renew, release, identify: always });
