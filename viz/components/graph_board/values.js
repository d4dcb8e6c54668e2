// The variables' sliders and cells beside the graph board. For graph_board.

import { number } from "../shared/numbers.js";
import { ask, say } from "./asking.js";

export function makeControls(state) {
  const { variables } = state.data;
  state.variables.hidden = !variables.length;
  state.side.hidden = !variables.length && !state.data.tape.length;
  state.inputs = variables.map((variable) =>
    variable.shape.length ? makeCells(state, variable) : makeSlider(state, variable),
  );
  state.rows.replaceChildren(...state.inputs.map(({ row }) => row));
}

/** First the board's own answer, as fast as while dragging; then the rest of the page. */
function settle(state) {
  ask(state, { rest: false });
  ask(state);
}

function makeRow({ name, weight, shape }) {
  const row = document.createElement("div");
  row.className = `row ${shape.length ? "tensor" : "scalar"}`;
  const title = Object.assign(document.createElement("code"), {
    textContent: name,
    className: weight ? "weights" : "data",
  });
  row.append(title);
  return row;
}

/** Reads a number the reader typed; says what is wrong with anything else, and returns null. */
function read(state, box, name, { low, high }) {
  const value = Number(box.value);
  if (box.value.trim() !== "" && value >= low && value <= high) {
    say(state, "");
    return value;
  }
  const limit = (bound) => number(bound, 12);
  say(state, `${name} must be a number from ${limit(low)} to ${limit(high)}; “${box.value.trim()}” is not.`);
  return null;
}

function makeSlider(state, variable) {
  const row = makeRow(variable);
  const { name, low, high } = variable;
  const step = 10 ** Math.floor(Math.log10((high - low) / 50));
  const slider = Object.assign(document.createElement("input"), { type: "range", min: low, max: high, step });
  const box = Object.assign(document.createElement("input"), { type: "number", min: low, max: high, step });
  slider.setAttribute("aria-label", name);
  box.setAttribute("aria-label", `${name} as a number`);
  const input = { row, slider, box, boxes: [box], values: [...variable.values] };
  slider.addEventListener("input", () => {
    const value = Number(slider.value);
    box.value = shown(value);
    say(state, "");
    input.values = [value];
    ask(state, { rest: false });
  });
  slider.addEventListener("change", () => {
    input.values = [Number(slider.value)];
    ask(state);
  });
  box.addEventListener("change", () => {
    const value = read(state, box, name, variable);
    if (value === null) return;
    slider.value = String(value);
    input.values = [value];
    settle(state);
  });
  row.append(slider, box);
  return input;
}

function makeCells(state, variable) {
  const row = makeRow(variable);
  const { name, shape, values } = variable;
  const columns = shape.at(-1);
  const grid = Object.assign(document.createElement("div"), { className: "cells" });
  grid.style.setProperty("--columns", String(columns));
  const input = { row, boxes: [], values: [...values] };
  values.forEach((_, k) => {
    const box = Object.assign(document.createElement("input"), { type: "text", inputMode: "decimal" });
    const index = shape.map((size, axis) => Math.floor(k / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % size);
    box.setAttribute("aria-label", `${name}[${index.join(", ")}]`);
    box.addEventListener("change", () => {
      const value = read(state, box, `${name}[${index.join(", ")}]`, variable);
      if (value === null) return;
      input.values = input.values.map((old, at) => (at === k ? value : old));
      settle(state);
    });
    input.boxes.push(box);
    grid.append(box);
  });
  row.append(grid);
  return input;
}

const shown = (value) => String(Number(value.toPrecision(5)));

/** What Python last settled on; a box being typed into keeps its text. */
export function showValues(state, afresh) {
  state.data.variables.forEach((variable, k) => {
    const input = state.inputs[k];
    input.values = [...variable.values];
    if (input.slider) input.slider.value = String(variable.values[0]);
    input.boxes.forEach((box, at) => {
      const value = variable.values[at];
      const same = box.value.trim() !== "" && Number(box.value) === Number(shown(value));
      if (!same && (afresh || document.activeElement !== box)) box.value = shown(value);
    });
  });
}
