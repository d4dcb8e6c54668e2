// A function at the left, its current line marked; at the right what that line reads and what it makes. Every step is
// here from the start: stepping asks no server. The pictures of values: the other script.

import { mount, paletteOf, watchTheme } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { isStill, makePlayer, paced } from "../shared/player.js";
import { stepOf } from "../shared/pointing.js";
import { cardOf } from "./pictures.js";

const PLAY_SECONDS = 0.9;
const CALM_SECONDS = 1.8;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-stepper";
  root.dataset.testid = "code-stepper";
  root.innerHTML = `
    <div class="panes">
      <div class="left">
        <ol class="code" tabindex="0" data-scrubs></ol>
        <p class="says" role="status"></p>
      </div>
      <div class="right">
        <div class="pane" role="group" aria-label="What this line reads" tabindex="0">
          <h4>It reads</h4><div class="cards reads"></div>
        </div>
        <div class="pane" role="group" aria-label="What this line makes" tabindex="0">
          <h4>It makes</h4><div class="cards writes"></div>
        </div>
      </div>
    </div>
    <div class="controls" data-scrubs>
      <button type="button" class="first">First</button>
      <button type="button" class="back">Back</button>
      <button type="button" class="play">Play</button>
      <button type="button" class="next">Next</button>
      <label class="scrub"><span>Step</span><input type="range" min="0" step="1" value="0"><output></output></label>
    </div>
    <p class="legend"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    kept: placeOf(parent),
    code: find(".code"),
    says: find(".says"),
    panes: [...root.querySelectorAll(".pane")],
    reads: find(".reads"),
    writes: find(".writes"),
    back: find(".back"),
    next: find(".next"),
    range: find("input"),
    output: find("output"),
    legend: find(".legend"),
    step: 0,
  };
  state.player = playerOf(state, find(".play"));
  find(".first").addEventListener("click", () => go(state, 0));
  state.back.addEventListener("click", () => go(state, state.step - 1));
  state.next.addEventListener("click", () => go(state, state.step + 1));
  state.range.addEventListener("input", () => go(state, Number(state.range.value)));
  state.code.addEventListener("keydown", (event) => keyed(state, event));
  watchTheme(state, recolor);
  return state;
}

function keyed(state, event) {
  const way = stepOf(event);
  const end = { Home: 0, End: state.data.steps.length - 1 }[event.key];
  if (!way && end === undefined) return;
  event.preventDefault();
  go(state, end ?? state.step + way);
}

/** Show a step by hand: playing ends. */
function go(state, step) {
  state.player.stop();
  show(state, step);
}

/** On to the last step; with reduced motion the same steps, slower. */
function playerOf(state, button) {
  const last = () => state.data.steps.length - 1;
  return makePlayer({
    button,
    begin: () => {
      if (state.step >= last()) show(state, 0);
    },
    advance: paced(
      () => (isStill() ? CALM_SECONDS : PLAY_SECONDS),
      () => {
        show(state, state.step + 1);
        return state.step < last();
      },
    ),
  });
}

// The code.

function writeCode(state) {
  state.rows = state.data.lines.map((parts, number) => {
    const row = document.createElement("li");
    const indent = parts[0]?.[0].match(/^ */)[0].length ?? 0;
    row.style.setProperty("--indent", `${indent}ch`);
    row.replaceChildren(
      ...parts.map(([text, kind]) => {
        const part = document.createElement("span");
        if (kind) part.className = kind;
        part.textContent = text;
        return part;
      }),
    );
    // A line is a way to the next time it runs.
    row.addEventListener("click", () => {
      const { steps } = state.data;
      const runs = (k) => steps[k].line <= number && number <= steps[k].end;
      for (let k = 1; k <= steps.length; k += 1) {
        const at = (state.step + k) % steps.length;
        if (runs(at)) return go(state, at);
      }
    });
    row.classList.toggle(
      "runs",
      state.data.steps.some(({ line, end }) => line <= number && number <= end),
    );
    return row;
  });
  state.code.replaceChildren(...state.rows);
  state.code.setAttribute("aria-label", `Code of ${state.data.name}. Arrow keys step through it.`);
}

function markLines(state, step) {
  const loops = new Map(step.passes.map(([line, number, total]) => [line, [number, total]]));
  state.rows.forEach((row, number) => {
    const here = step.line <= number && number <= step.end;
    row.classList.toggle("current", here);
    if (number === step.line) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
    const loop = loops.get(number);
    if (loop) row.dataset.pass = `${Math.max(loop[0], 0)} of ${loop[1]}`;
    else delete row.dataset.pass;
  });
  // Only the code's own box scrolls, never the page.
  const row = state.rows[step.line];
  const { code } = state;
  if (row.offsetTop < code.scrollTop || row.offsetTop + row.offsetHeight > code.scrollTop + code.clientHeight) {
    code.scrollTop = row.offsetTop - code.clientHeight / 3;
  }
}

// A step.

function show(state, wanted) {
  const { steps } = state.data;
  const number = Math.min(Math.max(wanted, 0), steps.length - 1);
  const step = steps[number];
  state.step = number;
  state.kept.put(number ? `${state.data.name}-${number}` : null);
  markLines(state, step);
  state.says.textContent = step.says;
  fill(state, state.reads, step.reads, "Nothing.");
  fill(
    state,
    state.writes,
    step.writes,
    step.says.startsWith("Nothing is left") ? "Nothing: the loop is over." : "Nothing.",
  );
  for (const pane of state.panes) pane.scrollTop = 0;
  state.range.value = String(number);
  state.range.setAttribute("aria-valuetext", `step ${number + 1} of ${steps.length}, line ${step.line + 1}`);
  state.output.textContent = `${number + 1} of ${steps.length}`;
  state.back.disabled = number === 0;
  state.next.disabled = number === steps.length - 1;
  Object.assign(state.root.dataset, { step: String(number), line: String(step.line), name: state.data.name });
}

function fill(state, place, cards, none) {
  if (!cards.length) {
    const empty = document.createElement("p");
    empty.className = "none";
    empty.textContent = none;
    place.replaceChildren(empty);
  } else {
    place.replaceChildren(...cards.map((card) => cardOf(state, card)));
  }
}

function recolor(state) {
  if (!state.data) return;
  state.palette = paletteOf(state);
  for (const [name, value] of Object.entries(state.palette)) state.root.style.setProperty(`--${name}`, value);
  state.legend.replaceChildren(
    ...Object.entries(state.data.axes).map(([color, text]) => {
      const part = document.createElement("span");
      part.style.setProperty("--axis", state.palette[color]);
      part.textContent = text;
      return part;
    }),
  );
  show(state, state.step);
}

function renew(state, data) {
  const known = state.data;
  state.player.stop();
  state.data = data;
  state.range.max = String(data.steps.length - 1);
  // With other numbers the reader stays where they were, as far as that still exists. A link begins at its own step.
  if (!known) state.step = linkedStep(state);
  else if (known.name !== data.name) state.step = 0;
  writeCode(state);
  recolor(state);
}

/** The step the address names, if it is of the piece shown: name and number, such as dense-2. */
function linkedStep(state) {
  const [, name, number] = state.kept.read((text) => text.match(/^(\w+)-(\d{1,4})$/)) ?? [];
  return name === state.data.name ? Number(number) : 0;
}

export default mount({ build, renew });
