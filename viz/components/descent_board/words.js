// What the board says: values beside sliders, the legend's verdicts, the update explained. For descent_board.

import { request } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { isExplained } from "./runs.js";
import { indexOf, inWindow, report } from "./settings.js";

export function writeValues(state, step) {
  const { rates, momenta, steps } = state.data;
  setOutput(state.rate, number(rates[indexOf(state.rate)]));
  setOutput(state.beta, number(momenta[indexOf(state.beta)], 2));
  setOutput(state.step, `${step} of ${steps}`);
  state.methods.forEach((method, position) => {
    const text = verdict(state, method.run, step);
    const item = state.legend.children[position];
    const shown = item.querySelector(".verdict");
    if (shown.textContent !== text) shown.textContent = text;
    item.classList.toggle("lost", step >= method.run.lost);
  });
  writeCaption(state);
  explain(state, step);
}

function setOutput(slider, text) {
  if (slider.nextElementSibling.textContent === text) return;
  slider.nextElementSibling.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

const FATES = { diverged: "diverged at", fell: "fell without end by", undefined: "undefined at" };

/** How a run stands at a step: its loss as it is, whatever the drawing's scale shows of it. */
export function verdict(state, run, step) {
  if (step >= run.lost) return `${FATES[run.fate]} step ${run.lost}`;
  const text = `loss ${number(run.losses[step])}`;
  const inside = inWindow(
    state,
    run.axes.map((values) => values[step]),
  );
  return inside ? text : `${text}, outside`;
}

/** Under the map: the function where the mouse points, else how to read and use the picture. */
function writeCaption(state) {
  const text = state.hover ? readOff(state) : state.hint;
  if (state.mapCaption.textContent !== text) state.mapCaption.textContent = text;
}

function readOff(state) {
  const where = state.hover.map((value, axis) => `${"xy"[axis]} = ${number(value)}`).join(", ");
  const value = interpolated(state, state.hover);
  return Number.isFinite(value) ? `${where}: loss ≈ ${number(value)}` : `${where}: the function is undefined here`;
}

/** The function between its grid values, linearly. */
export function interpolated(state, point) {
  const { window: sides, resolution: n } = state.data.surface;
  const [u, v = 0] = sides.map(([low, high], axis) => ((point[axis] - low) / (high - low)) * (n - 1));
  const [column, row] = [u, v].map((place) => Math.min(Math.floor(place), n - 2));
  const along = (line) => {
    const [left, right] = [state.values[line * n + column], state.values[line * n + column + 1]];
    return left + (u - column) * (right - left);
  };
  return sides.length > 1 ? along(row) + (v - row) * (along(row + 1) - along(row)) : along(0);
}

/** The update of the selected run at this step, with its numbers.
 *
 * Its numbers for new settings come from Python when the slider is let go; until then the old ones stay, faded. */
function explain(state, step) {
  const { trace } = state.data;
  const fits = isExplained(state, state.selected);
  state.lines.classList.toggle("waiting", Boolean(trace) && !fits);
  state.root.dataset.explained = fits ? String(step) : "";
  if (trace && !fits) return;
  writeLines(state.lines, trace ? (trace.lines[step] ?? [trace.ending]) : ["Choose at least one way to descend."]);
}

function writeLines(list, lines) {
  while (list.children.length > lines.length) list.lastChild.remove();
  lines.forEach((line, position) => {
    const row = list.children[position] ?? list.appendChild(document.createElement("div"));
    if (row.textContent !== line) row.textContent = line;
  });
}

/** Invisible lines, each the longest of the run in its place, keep the room: no step changes the board's height. */
export function fillRuler(state) {
  const { trace } = state.data;
  const longest = [];
  for (const lines of trace ? [...trace.lines, [trace.ending]] : []) {
    lines.forEach((line, position) => {
      if (line.length > (longest[position]?.length ?? -1)) longest[position] = line;
    });
  }
  writeLines(state.ruler, longest);
}

export function fillLegend(state) {
  const shown = state.methods.map(({ key }) => key).join();
  if (state.legend.dataset.methods === shown) {
    markSelected(state);
    return;
  }
  state.legend.dataset.methods = shown;
  state.legend.replaceChildren(
    ...state.methods.map((method) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.method = method.key;
      button.innerHTML = `<svg width="30" height="10" aria-hidden="true"><line x1="0" y1="5" x2="30" y2="5"
      stroke-width="3" stroke-dasharray="${method.dash}"/></svg><strong></strong><span class="verdict"></span>`;
      button.querySelector("strong").textContent = method.title;
      button.title = "Explain this one";
      button.addEventListener("click", () => {
        state.selected = method.key;
        markSelected(state);
        report(state);
        request(state);
      });
      item.append(button);
      return item;
    }),
  );
  markSelected(state);
}

function markSelected(state) {
  for (const button of state.legend.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.method === state.selected));
  }
}
