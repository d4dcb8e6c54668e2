// A line through points, and its loss over (w, b) by all points, by one, and by a batch, side by side. Dragging the
// position or one of the reader's own points redraws every picture in the same frame. Back to Python go the points
// and the position, once let go.

import { mount, paletteOf, request, watchSize, watchTheme } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { placeOf } from "../shared/place.js";
import { arrowOf, drag, placeIn } from "../shared/pointing.js";
import { floatsOf, gradientAt, lossAt, meansOf, SIDES } from "./map.js";
import { paintPane, paintPoints } from "./painting.js";

const PANES = ["points", "full", "sample", "batch"];

const REACH = 14;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-noise";
  root.dataset.testid = "noise-board";
  root.innerHTML = `
    <div class="panes">${PANES.map(
      (pane) => `<figure class="${pane}"><h4></h4><canvas tabindex="0"
      role="application"></canvas><figcaption></figcaption></figure>`,
    ).join("")}</div>
    <div class="controls" data-scrubs>
      <button type="button" class="back" aria-label="Draw before" title="Draw before">◀</button>
      <button type="button" class="forth" aria-label="Draw after" title="Draw after">▶</button>
      <label class="grow">Draw <input type="range" class="draw" min="0" step="1" value="0"><output></output></label>
    </div>
    <p class="hint"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    draw: find(".draw"),
    hint: find(".hint"),
    views: {},
    pending: 0,
    drawn: 0,
    sent: 0,
    chosen: 0,
    kept: placeOf(parent),
    pictures: Object.fromEntries(
      PANES.map((pane) => [
        pane,
        {
          canvas: find(`.${pane} canvas`),
          title: find(`.${pane} h4`),
          caption: find(`.${pane} figcaption`),
        },
      ]),
    ),
  };
  listen(state, find);
  watchTheme(state, request);
  watchSize(state, request);
  return state;
}

function listen(state, find) {
  state.draw.addEventListener("input", () => request(state));
  for (const [name, way] of [
    [".back", -1],
    [".forth", 1],
  ]) {
    find(name).addEventListener("click", () => {
      state.draw.value = String(Number(state.draw.value) + way);
      request(state);
    });
  }
  for (const pane of PANES) {
    const { canvas } = state.pictures[pane];
    drag(canvas, {
      begin: (event) => begin(state, pane, event),
      move: (_, event) => move(state, pane, pointOf(state, pane, event)),
      end: () => release(state),
    });
    canvas.addEventListener("keydown", (event) => press(state, pane, event));
  }
}

// The position and the points.

function pointOf(state, pane, event) {
  return state.views[pane].toPoint(...placeIn(state.pictures[pane].canvas, event));
}

function begin(state, pane, event) {
  if (!state.data || (pane === "points" && !state.data.editable)) return null;
  const point = pointOf(state, pane, event);
  if (pane === "points") {
    const near = nearest(state, point);
    if (near < 0 && state.xs.length >= state.data.room) return null;
    if (near < 0) {
      state.xs.push(0);
      state.ys.push(0);
    }
    state.chosen = near < 0 ? state.xs.length - 1 : near;
  }
  state.dragging = pane;
  move(state, pane, point);
  return pane;
}

function nearest(state, point) {
  const view = state.views.points;
  const [px, py] = view.toPixel(point);
  const far = state.xs.map((x, k) => {
    const [x1, y1] = view.toPixel([x, state.ys[k]]);
    return Math.hypot(x1 - px, y1 - py);
  });
  const least = Math.min(...far);
  return least <= REACH ? far.indexOf(least) : -1;
}

function move(state, pane, point) {
  const [x, y] = point.map((value) => Math.round(100 * Math.min(Math.max(value, SIDES[0]), SIDES[1])) / 100);
  if (pane === "points") [state.xs[state.chosen], state.ys[state.chosen]] = [x, y];
  else state.place = [x, y];
  state.moved = true;
  request(state);
}

function release(state) {
  const pane = state.dragging;
  state.dragging = null;
  if (!pane || !state.moved) return;
  state.moved = false;
  if (pane === "points") send(state, "points", { x: state.xs, y: state.ys });
  else send(state, "place", { place: state.place });
}

function press(state, pane, event) {
  const way = arrowOf(event);
  const own = pane === "points";
  if (own && (!state.data.editable || (!editByKey(state, event) && !(way && state.xs.length)))) return;
  if (!own && !way) return;
  event.preventDefault();
  if (!way) return;
  const at = own ? [state.xs[state.chosen], state.ys[state.chosen]] : state.place;
  state.dragging = pane;
  move(
    state,
    pane,
    at.map((value, axis) => value + way[axis] / 10),
  );
  release(state);
}

/** Page up and down choose a point, Delete removes it, Enter adds one. */
function editByKey(state, { key }) {
  const count = state.xs.length;
  if (key === "PageUp" || key === "PageDown") {
    state.chosen = count ? (state.chosen + (key === "PageUp" ? count - 1 : 1)) % count : 0;
  } else if ((key === "Delete" || key === "Backspace") && count) {
    for (const values of [state.xs, state.ys]) values.splice(state.chosen, 1);
    state.chosen = Math.max(Math.min(state.chosen, count - 2), 0);
    send(state, "points", { x: state.xs, y: state.ys });
  } else if (key === "Enter" && count < state.data.room) {
    state.xs.push(0);
    state.ys.push(0);
    state.chosen = count;
    send(state, "points", { x: state.xs, y: state.ys });
  } else return false;
  request(state);
  return true;
}

function send(state, name, value) {
  state.sent += 1;
  const count = `${Date.now()}.${state.sent}`;
  if (name === "points") state.awaited = count;
  state.setStateValue(name, { ...value, count });
}

// Statistics of the draws.

function statistics(gradients) {
  const count = Math.max(gradients.length, 1);
  const mean = [0, 1].map((axis) => gradients.reduce((sum, each) => sum + each[axis], 0) / count);
  const moment = (i, j) => gradients.reduce((sum, each) => sum + (each[i] - mean[i]) * (each[j] - mean[j]), 0) / count;
  const covariance = [moment(0, 0), moment(0, 1), moment(1, 1)];
  return { mean, covariance, spread: Math.sqrt(covariance[0] + covariance[2]) };
}

/** Every gradient at the present position: of all points, of each draw of one sample, of each draw of a batch. */
function gradients(state) {
  const { samples, batches } = state.data;
  const all = state.xs.map((_, k) => k);
  const usable = (indices) => indices.filter((k) => k < state.xs.length);
  const sets = { full: [all], sample: samples.map((k) => usable([k])), batch: batches.map(usable) };
  const found = {};
  for (const [pane, indices] of Object.entries(sets)) {
    const means = indices.filter((each) => each.length).map((each) => meansOf(state.xs, state.ys, each));
    const vectors = means.map((each) => gradientAt(each, ...state.place));
    found[pane] = { indices: indices.filter((each) => each.length), means, vectors, ...statistics(vectors) };
  }
  const every = all.map((k) => gradientAt(meansOf(state.xs, state.ys, [k]), ...state.place));
  const [n, size] = [all.length, Math.min(state.data.size, all.length)];
  const share = n > 1 ? (n - size) / (n - 1) / size : 0;
  found.expected = { sample: statistics(every).spread, batch: Math.sqrt(share) * statistics(every).spread };
  return found;
}

// Painting.

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  const palette = (state.palette = paletteOf(state));
  const found = (state.found = gradients(state));
  const drawing = Number(state.draw.value);
  const narrow = state.root.clientWidth < 700;
  paintPoints(state, palette, found, drawing, narrow);
  for (const pane of PANES.slice(1)) paintPane(state, pane, found[pane], palette, drawing, narrow);
  write(state, found, drawing);
  state.kept.put(drawing ? [drawing] : null);
  state.drawn += 1;
  Object.assign(state.root.dataset, {
    drawn: String(state.drawn),
    place: state.place.join(","),
    draw: String(drawing),
  });
  state.root.noise = { xs: [...state.xs], ys: [...state.ys], ...found };
}

const pair = (vector) => `(${vector.map((value) => number(value)).join(", ")})`;

function write(state, found, drawing) {
  const [n, draws] = [state.xs.length, found.sample.vectors.length];
  const [w, b] = state.place;
  const size = Math.min(state.data.size, n);
  const say = (pane, title, text) => {
    for (const [part, words] of [
      ["title", title],
      ["caption", text],
    ]) {
      if (state.pictures[pane][part].textContent !== words) state.pictures[pane][part].textContent = words;
    }
  };
  const spread = (pane) => `${draws} draws: mean ${pair(found[pane].mean)}, spread ${number(found[pane].spread)}`;
  const none = "No points yet.";
  say("points", "The points and the line", `w = ${number(w)}, b = ${number(b)}`);
  say(
    "full",
    `Loss over ${n === 1 ? "the one point" : `all ${n}`}`,
    n ? `Loss ${number(lossAt(found.full.means[0], w, b))}, gradient ${pair(found.full.vectors[0])}` : none,
  );
  say("sample", "Loss over one sample", n ? `${spread("sample")} (expected ${number(found.expected.sample)})` : none);
  say(
    "batch",
    `Loss over a batch of ${size}`,
    n ? `${spread("batch")} (expected ${number(found.expected.batch)})` : none,
  );
  state.draw.nextElementSibling.textContent = n ? `${drawing + 1} of ${draws}` : "";
  state.draw.setAttribute("aria-valuetext", `draw ${drawing + 1} of ${draws}`);
}

function renew(state, data) {
  const begins = !state.data;
  state.data = data;
  // Answers to earlier edits come while later ones are on their way; taking them would undo those.
  const answers = !state.awaited || data.answered === state.awaited || data.version !== state.version;
  if (answers) state.awaited = null;
  if (answers && state.dragging !== "points") {
    state.xs = Array.from(floatsOf(data.x));
    state.ys = Array.from(floatsOf(data.y));
    state.chosen = Math.min(state.chosen, Math.max(state.xs.length - 1, 0));
  }
  if (!state.place || (data.version !== state.version && !state.dragging)) state.place = [...data.place];
  state.version = data.version;
  state.root.dataset.kept = data.place.join(",");
  state.draw.max = String(Math.max(data.samples.length - 1, 0));
  if (begins) state.draw.value = String(state.kept.numbers([[0, Number(state.draw.max)]])?.[0] ?? 0);
  state.hint.textContent = data.hint;
  state.root.classList.toggle("editable", data.editable);
  for (const pane of PANES) state.pictures[pane].canvas.setAttribute("aria-label", data.alt[pane]);
  request(state);
}

export default mount({ paint, build, renew });
