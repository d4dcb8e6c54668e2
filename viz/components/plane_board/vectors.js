// Two vectors, dragged or typed, and their sum head to tail. For plane_board.

import { request } from "../shared/board.js";
import { clipped, trace } from "../shared/pen.js";
import { same } from "./arithmetic.js";
import { makeBox, makeHandle, placeHandles } from "./handles.js";
import { arrow, disc, faint, grip, label, ladder, paper, sheet } from "./painting.js";
import { refuse, report } from "./telling.js";
import { number, vector } from "./words.js";

export const VECTORS = {
  make: makeVectors,
  take: takeVectors,
  paint: paintVectors,
  reach: vectorsReach,
  settings: vectorsOf,
};

function makeVectors(state) {
  state.root.dataset.testid = "plane-vectors";
  state.root.innerHTML = `
    <div class="columns">
      <div class="stage"><canvas role="img"></canvas></div>
      <div class="panel">
        <div class="rows"></div>
        <fieldset class="orders"><legend>Add head to tail</legend></fieldset>
        <label class="check"><input type="checkbox" class="points"> Show the vectors as points only</label>
        <p class="sum" role="status"></p>
        <p class="message" role="alert" hidden></p>
      </div>
    </div>`;
  const find = (selector) => state.root.querySelector(selector);
  state.canvas = find("canvas");
  state.message = find(".message");
  state.words = find(".sum");
  state.points = find(".points");
  state.points.checked = state.kept.read((text) => (text === "points" ? text : null)) === "points";
  state.points.addEventListener("change", () => request(state));
  state.boxes = ["A", "B"].flatMap((name, k) => vectorRow(state, find(".rows"), name, k));
  for (const name of ["A", "B"]) {
    makeHandle(state, find(".stage"), {
      name,
      label: `Head of ${name}`,
      read: () => state[name],
      write: (point) => {
        state[name] = point;
      },
    });
  }
}

function vectorRow(state, rows, name, k) {
  const row = document.createElement("div");
  row.className = "equation";
  row.innerHTML = `<span class="letter" data-axis="${k}">${name}</span> = <span class="bracket"></span>`;
  const made = [0, 1].map((axis) =>
    makeBox(state, {
      label: `${name}[${axis}]`,
      read: () => state[name][axis],
      write: (value) => {
        state[name] = state[name].map((old, place) => (place === axis ? value : old));
      },
    }),
  );
  row.querySelector(".bracket").append(...made.map(({ box }) => box));
  rows.append(row);
  return made;
}

function takeVectors(state, known) {
  const { data } = state;
  if (!known) {
    const field = state.root.querySelector(".orders");
    for (const [name, title] of Object.entries(data.orders)) {
      const label = document.createElement("label");
      label.className = "check";
      label.innerHTML = '<input type="radio"> <span></span>';
      const radio = label.querySelector("input");
      radio.name = "uncrumple-plane-order";
      radio.value = name;
      label.querySelector("span").textContent = title;
      radio.addEventListener("change", () => {
        state.order = name;
        report(state);
        request(state);
      });
      field.append(label);
    }
  }
  if (known?.version === data.version) return;
  Object.assign(state, { A: [...data.A], B: [...data.B], order: data.order });
  state.root.querySelector(`.orders input[value="${data.order}"]`).checked = true;
  refuse(state, "");
}

function vectorsOf({ A, B, order }) {
  return { A, B, order };
}

function vectorsReach({ A, B }) {
  const sum = A.map((value, k) => value + B[k]);
  return ladder(2, 1.12 * Math.max(...[...A, ...B, ...sum].map(Math.abs)));
}

function paintVectors(state) {
  const pen = sheet(state, state.root.clientWidth < 700 ? 350 : 430);
  const { A, B, order, palette, view, data } = state;
  const here = A.map((value, k) => value + B[k]);
  const rests = !state.holding && same(A, data.A) && same(B, data.B);
  const sum = rests ? data.sum : here;
  const points = state.points.checked;
  state.kept.put(points ? "points" : null);
  paper(state, pen);
  clipped(pen, view, () => {
    grip(state, pen, A, palette.data);
    grip(state, pen, B, palette.weights);
    state.taken.push([...view.toPixel(...sum).map((value) => value - 9), 18, 18]);
    if (points) paintPoints(state, pen, sum);
    else paintArrows(state, pen, sum);
    const labels = [
      ["A", A, palette.data],
      ["B", B, palette.weights],
      ["A + B", sum, palette.prediction],
    ];
    for (const [name, at, color] of labels) label(state, pen, `${name} ${vector(at)}`, at, color, at);
    if (!points && order !== "second") label(state, pen, "B", halfway(A, sum), palette.weights, A);
    if (!points && order !== "first") label(state, pen, "A", halfway(B, sum), palette.data, B);
  });
  placeHandles(state);
  state.boxes.forEach(({ show }) => show());
  const added = [0, 1].map((axis) => `${number(A[axis])} + ${B[axis] < 0 ? `(${number(B[axis])})` : number(B[axis])}`);
  const words = `A + B = [${added.join(", ")}] = ${vector(sum)}`;
  if (state.words.textContent !== words) state.words.textContent = words;
  state.canvas.setAttribute("aria-label", `Two arrows from the origin and their sum. ${words}.`);
  Object.assign(state.root.dataset, {
    a: A.join(),
    b: B.join(),
    sum: sum.join(),
    order,
    rests: String(rests),
  });
}

const halfway = (one, other) => one.map((value, k) => (value + other[k]) / 2);

function paintPoints(state, pen, sum) {
  const { view, palette } = state;
  const all = [
    [state.A, palette.data],
    [state.B, palette.weights],
    [sum, palette.prediction],
  ];
  for (const [point, color] of all) disc(state, pen, view.toPixel(...point), 8, color);
}

/** A and B from the origin, the other one carried on to its head, and the sum. */
function paintArrows(state, pen, sum) {
  const { A, B, order, palette, view } = state;
  const zero = [0, 0];
  if (order === "both") {
    faint(pen, 0.14, () => {
      pen.fillStyle = palette.prediction;
      trace(
        pen,
        [zero, A, sum, B].map((point) => view.toPixel(...point)),
      );
      pen.fill();
    });
  }
  if (order !== "second") arrow(state, pen, A, sum, palette.weights, { width: 3, dash: [7, 6] });
  if (order !== "first") arrow(state, pen, B, sum, palette.data, { width: 3, dash: [7, 6] });
  arrow(state, pen, zero, sum, palette.prediction, { width: 5 });
  arrow(state, pen, zero, A, palette.data);
  arrow(state, pen, zero, B, palette.weights);
}
