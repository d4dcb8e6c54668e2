// Families of maps with their sliders, the boxes of W and b, and the rows that say what the numbers mean.

import { request } from "../shared/board.js";
import { FAMILIES, NOTHING } from "./families.js";
import { makeBox } from "./handles.js";
import { refuse, report } from "./telling.js";
import { change, wayText, within } from "./way.js";
import { determinantWords, eigenWords, number, reluWords, singularWords } from "./words.js";

const READOUTS = {
  area: "Determinant, the area of the unit square’s image",
  eigen: "Eigenvectors, directions kept; λ, the factor along them",
  ellipse: "Singular values σ, half axes of the unit circle’s image",
  before: "The object before the map",
};

export function makePresets(state) {
  const group = state.root.querySelector(".presets");
  group.replaceChildren(
    ...state.data.presets.map(({ name, title, W, b, relu }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.name = name;
      button.textContent = title;
      button.addEventListener("click", () => {
        state.preset = name;
        change(state, { W: [...W], b: [...b], relu });
        settleMap(state);
      });
      return button;
    }),
  );
}

function settleMap(state) {
  refuse(state, "");
  report(state);
}

export function makeMapControls(state, find) {
  state.objects.addEventListener("change", () => {
    state.chosen = state.objects.value;
    state.root.dataset.rests = "false";
    request(state);
    report(state);
  });
  find(".undo").addEventListener("click", () => {
    change(state, { W: [...NOTHING], b: [0, 0], relu: false });
    settleMap(state);
  });
  makeEquation(state, find(".equation"));
  makeReadouts(state, find(".readouts"));
  state.sliders = find(".sliders");
}

/** y = relu( W x + b ) with a box for every number; columns of W in the colours of their arrows. */
function makeEquation(state, equation) {
  equation.innerHTML = `<span>y =<b class="relu"> relu(</b></span><span class="bracket four"></span><span>x +</span>
    <span class="bracket two"></span><b class="relu">)</b>`;
  const entry = (name, k, label, axis) =>
    makeBox(state, {
      label,
      axis,
      read: () => state.map[name][k],
      write: (value) => change(state, { [name]: state.map[name].map((old, place) => (place === k ? value : old)) }),
    });
  const W = [0, 1, 2, 3].map((k) => entry("W", k, `W[${Math.floor(k / 2)}, ${k % 2}]`, k % 2));
  const b = [0, 1].map((k) => entry("b", k, `b[${k}]`));
  equation.querySelector(".four").append(...W.map(({ box }) => box));
  equation.querySelector(".two").append(...b.map(({ box }) => box));
  state.boxes = [...W, ...b];
}

function makeReadouts(state, parent) {
  const row = (title, name) => {
    const made = document.createElement("div");
    made.className = "readout";
    made.innerHTML = '<label class="check"><input type="checkbox"> <span></span></label><output></output>';
    made.querySelector("span").textContent = title;
    const [box, output] = [made.querySelector("input"), made.querySelector("output")];
    box.dataset.name = name;
    parent.append(made);
    return { box, output };
  };
  state.readouts = {};
  for (const [name, title] of Object.entries(READOUTS)) {
    state.readouts[name] = row(title, name);
    state.readouts[name].box.addEventListener("change", (event) => {
      state.layers = { ...state.layers, [name]: event.target.checked };
      request(state);
      report(state);
    });
  }
  state.readouts.before.output.remove();
  state.readouts.relu = row("relu after the map", "relu");
  state.readouts.relu.box.addEventListener("change", (event) => {
    change(state, { relu: event.target.checked });
    settleMap(state);
  });
}

function showSliders(state) {
  const { sliders: wanted, make } = FAMILIES[state.preset];
  if (state.sliders.dataset.preset !== state.preset) {
    state.sliders.dataset.preset = state.preset;
    const inputs = wanted.map(({ title, min, max, step }) => {
      const label = document.createElement("label");
      label.className = "grow";
      label.innerHTML = `<span></span><input type="range" min="${min}" max="${max}" step="${step}"><output></output>`;
      label.querySelector("span").textContent = title;
      return label;
    });
    state.sliders.replaceChildren(...inputs);
    inputs.forEach((label) => {
      label.querySelector("input").addEventListener("input", () => {
        const moved = inputs.map((each, k) => {
          const input = each.querySelector("input");
          return each === label ? Number(input.value) : wanted[k].read(state.map);
        });
        const made = make(moved, state.map);
        change(state, { ...made, W: made.W.map((value) => within(value, state.data.most)) });
      });
      label.querySelector("input").addEventListener("change", () => settleMap(state));
    });
  }
  [...state.sliders.children].forEach((label, k) => {
    const value = wanted[k].read(state.map);
    label.querySelector("input").value = String(value);
    label.querySelector("output").textContent = number(value);
  });
}

/** Every number and word beside the picture. now: the map's measures, the engine's where it rests. */
export function showControls(state, now) {
  for (const button of state.root.querySelectorAll(".presets button")) {
    button.setAttribute("aria-pressed", String(button.dataset.name === state.preset));
  }
  state.boxes.forEach(({ show }) => show());
  state.root.querySelectorAll(".equation .relu").forEach((part) => {
    part.hidden = !state.map.relu;
  });
  showSliders(state);
  const words = {
    area: determinantWords(now.determinant, now.singular, now.rank, state.map.relu),
    eigen: eigenWords(now.eigen),
    ellipse: singularWords(now.singular, now.rank),
    relu: reluWords(state.map.relu, now.shares, state.shapes[state.chosen]),
  };
  for (const [name, { box, output }] of Object.entries(state.readouts)) {
    box.checked = name === "relu" ? state.map.relu : state.layers[name];
    if (words[name] !== undefined && output.textContent !== words[name]) output.textContent = words[name];
  }
  state.partSlider.value = String(state.part);
  state.kept.put(state.part < 1 ? [state.part] : null);
  state.partSlider.setAttribute("aria-valuetext", `t = ${number(state.part)}`);
  state.partWords.textContent = `t = ${state.part.toFixed(2)}`;
  state.wayWords.textContent = wayText(state);
  const verdict = now.rests ? now.verdict : "";
  if (state.verdict.textContent !== verdict) state.verdict.textContent = verdict;
}
