// The numbers of the selected layer, and how layers are added, set, moved and removed. For stack_board.

import { request } from "../shared/board.js";
import { arrowOf } from "../shared/pointing.js";
import { rotation } from "../shared/rotation.js";
import { determinant } from "./chain.js";
import { changeLayer, chosen, report, setLayers } from "./chain_settings.js";
import { besideOne, numeral, pair } from "./words.js";

const ENTRIES = ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]", "b[0]", "b[1]"];
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const EVEN = [1, 0, 0, 1];

/** Kinds of layers: what they ask for, and the W and b they make of it. */
const KINDS = {
  rotation: {
    title: "Rotation",
    asks: [["Degrees", "30", 360]],
    make: ([degrees]) => ({ W: rotation(degrees), b: [0, 0] }),
  },
  scaling: {
    title: "Scaling",
    asks: [
      ["Across", "1.5", 10],
      ["Upward", "0.5", 10],
    ],
    make: ([x, y]) => ({ W: [x, 0, 0, y], b: [0, 0] }),
  },
  skew: { title: "Skew", asks: [["Amount", "0.5", 10]], make: ([amount]) => ({ W: [1, amount, 0, 1], b: [0, 0] }) },
  translation: {
    title: "Translation",
    asks: [
      ["Right", "0.5", 10],
      ["Up", "0.5", 10],
    ],
    make: (b) => ({ W: EVEN, b }),
  },
  random: {
    title: "Random affine",
    asks: [["Seed", "0", 99]],
    make: ([seed], { random }) => random[seed],
  },
};

export function editorMarkup() {
  const box = (name) => `<input type="text" inputmode="decimal" autocomplete="off" aria-label="${name}">`;
  return `<div class="editor">
    <div class="controls numbers">
      <span class="term"><span>W =</span><span class="matrix" style="--columns: 2">${ENTRIES.slice(0, 4)
        .map(box)
        .join("")}</span></span>
      <span class="term"><span>b =</span><span class="matrix" style="--columns: 1">${ENTRIES.slice(4)
        .map(box)
        .join("")}</span></span>
      <label>Activation <select class="activation"></select></label>
    </div>
    <p class="note"></p>
    <p class="message" role="alert" hidden></p>
    <div class="controls">
      <label>Kind <select class="kind">${Object.entries(KINDS)
        .map(([name, { title }]) => `<option value="${name}">${title}</option>`)
        .join("")}</select></label>
      <label class="ask"><span></span><input type="text" inputmode="decimal" autocomplete="off"></label>
      <label class="ask"><span></span><input type="text" inputmode="decimal" autocomplete="off"></label>
    </div>
    <div class="controls">
      <button type="button" class="add">Add as a new layer</button><button type="button" class="put"></button>
    </div>
    <div class="controls">
      <button type="button" class="earlier">◀ Earlier</button><button type="button" class="later">Later ▶</button>
      <button type="button" class="remove">Remove</button>
    </div>
  </div>`;
}

export function listenToEditor(state) {
  const { find } = state;
  state.boxes = [...state.root.querySelectorAll(".numbers input")];
  state.asks = [...state.root.querySelectorAll(".ask")];
  state.boxes.forEach((box, k) => {
    box.addEventListener("change", () => takeEntry(state, k));
    box.addEventListener("keydown", (event) => {
      const way = 0.1 * (arrowOf(event)?.[1] ?? 0);
      if (!way) return;
      event.preventDefault();
      box.value = String(Math.round((entriesOf(chosen(state))[k] + way) * 1e6) / 1e6);
      takeEntry(state, k);
    });
    // Four digits at rest; who goes to a box sees all that is computed with.
    box.addEventListener("focus", () => {
      box.value = String(entriesOf(chosen(state))[k]);
      box.select();
    });
    box.addEventListener("blur", () => {
      box.value = atRest(entriesOf(chosen(state))[k]);
    });
  });
  find(".activation").addEventListener("change", (event) =>
    act(state, () => {
      changeLayer(state, { activation: event.target.value });
    }),
  );
  find(".kind").addEventListener("change", () => askFor(state));
  find(".add").addEventListener("click", () =>
    act(state, () =>
      withMade(state, (made) => {
        const layers = [...state.layers];
        layers.splice(state.selected + 1, 0, { ...made, activation: "none" });
        state.selected += 1;
        setLayers(state, layers);
      }),
    ),
  );
  find(".put").addEventListener("click", () => act(state, () => withMade(state, (made) => changeLayer(state, made))));
  find(".earlier").addEventListener("click", () => act(state, () => swap(state, -1)));
  find(".later").addEventListener("click", () => act(state, () => swap(state, 1)));
  find(".remove").addEventListener("click", () =>
    act(state, () => {
      setLayers(
        state,
        state.layers.filter((_, k) => k !== state.selected),
      );
    }),
  );
  askFor(state);
}

/** Do it, show it, tell it. */
function act(state, change) {
  state.message.hidden = true;
  change();
  report(state);
  request(state);
}

function swap(state, way) {
  const layers = [...state.layers];
  const other = state.selected + way;
  [layers[state.selected], layers[other]] = [layers[other], layers[state.selected]];
  state.selected = other;
  setLayers(state, layers);
}

const entriesOf = ({ W, b }) => [...W, ...b];

const atRest = (value) => String(Number(value.toPrecision(4)));

/** The number a text stands for, or a refusal beside the control. */
function numberFrom(state, text, name, most, { least = -most, whole = false } = {}) {
  const plain = text.trim().replace("−", "-");
  const value = NUMBER.test(plain) ? Number(plain) + 0 : NaN;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  const typed = text.trim() ? `“${text.trim().slice(0, 20)}” is not.` : "nothing is typed.";
  state.message.textContent = `${name} must be ${kind} from ${numeral(least)} to ${numeral(most)}; ${typed}`;
  state.message.hidden = false;
  return null;
}

function takeEntry(state, k) {
  state.message.hidden = true;
  const value = numberFrom(state, state.boxes[k].value, ENTRIES[k], state.data.most.entry);
  const entries = entriesOf(chosen(state));
  state.boxes[k].value = String(value ?? entries[k]);
  if (value === null) return;
  entries[k] = value;
  changeLayer(state, { W: entries.slice(0, 4), b: entries.slice(4) });
  report(state);
  request(state);
}

function askFor(state) {
  const { asks } = KINDS[state.find(".kind").value];
  state.asks.forEach((label, k) => {
    label.hidden = k >= asks.length;
    if (label.hidden) return;
    [label.firstElementChild.textContent, label.lastElementChild.value] = asks[k];
  });
}

/** Use the layer described, unless a number is refused. */
function withMade(state, use) {
  const name = state.find(".kind").value;
  const { asks, make } = KINDS[name];
  const rules = name === "random" ? { least: 0, whole: true } : {};
  const values = asks.map(([label, , most], k) =>
    numberFrom(state, state.asks[k].lastElementChild.value, label, most, rules),
  );
  if (values.includes(null)) return;
  use(make(values, state.data));
}

/** The options that depend on the data. */
export function makeChoices(state) {
  const { activations, tolerances, tolerance } = state.data;
  state.find(".activation").replaceChildren(...activations.map((name) => new Option(name, name)));
  state.find(".tolerance").replaceChildren(...tolerances.map((value) => new Option(String(value), String(value))));
  state.find(".tolerance").value = String(tolerance);
}

function makePanels(state) {
  const titles = ["Input", ...state.layers.map((_, k) => `Layer ${k + 1}`)];
  state.panels = titles.map((title, k) => {
    const panel = document.createElement(k ? "button" : "div");
    panel.className = "panel";
    panel.innerHTML = "<canvas></canvas><span></span>";
    panel.firstElementChild.setAttribute("aria-hidden", "true");
    if (k) {
      panel.type = "button";
      panel.addEventListener("click", () =>
        act(state, () => {
          state.selected = k - 1;
        }),
      );
    }
    return { panel, title, canvas: panel.firstElementChild, label: panel.lastElementChild };
  });
  state.strip.replaceChildren(...state.panels.map(({ panel }) => panel));
}

export function writeEditor(state) {
  if (state.panels.length !== state.layers.length + 1) {
    makePanels(state);
    state.sides = null;
  }
  const layer = chosen(state);
  const number = state.selected + 1;
  entriesOf(layer).forEach((value, k) => {
    const box = state.boxes[k];
    if (document.activeElement !== box) box.value = atRest(value);
    else if (state.dragging) box.value = String(value);
  });
  state.find(".activation").value = layer.activation;
  state.panels.forEach(({ panel, title, label }, k) => {
    const activation = k ? state.layers[k - 1].activation : "none";
    label.textContent = activation === "none" ? title : `${title}, ${activation}`;
    if (k) panel.setAttribute("aria-pressed", String(k === number));
  });
  state.find(".put").textContent = `Put into layer ${number}`;
  state.find(".add").disabled = state.layers.length >= state.data.most.layers;
  state.find(".earlier").disabled = number === 1;
  state.find(".later").disabled = number === state.layers.length;
  state.find(".remove").disabled = state.layers.length === 1;
  state.note.textContent = noteOn(layer, number);
}

/** What a W that loses a dimension does. */
function noteOn({ W, b }, number) {
  if (W.every((value) => value === 0)) {
    return (
      `W of layer ${number} is all zeros: every point is sent to b = ${pair(b)}, and nothing after ` +
      "it can part them."
    );
  }
  const value = determinant(W);
  if (value === 0) {
    return `Both columns of W lie on one line (determinant 0): layer ${number} flattens the plane onto a line.`;
  }
  const times = Math.abs(Math.abs(value) - 1) < 1e-12 ? "1" : besideOne(Math.abs(value));
  return (
    `Determinant of W = ${value < 0 ? "−" : ""}${times}: ` +
    `areas ${times === "1" ? "stay as large" : `become ${times} times as large`}` +
    `${value < 0 ? ", and the plane is turned over" : ""}.`
  );
}
