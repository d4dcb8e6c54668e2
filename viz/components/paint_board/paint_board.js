// A square to paint points of two classes on. The points live here; the page hears of them when the brush is lifted,
// one report at a time.

import { fit, mount, request, watchSize, watchTheme } from "../shared/board.js";
import { penOf } from "../shared/pen.js";
import { arrowOf, drag } from "../shared/pointing.js";
import { isDark } from "../shared/theme.js";

const APART = 12; // pixels of way between two points of one stroke
const STEP = 1 / 40; // of the square, for one press of an arrow key
const EDGE = 0.98; // a point's sign stays inside the square

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-paint";
  root.dataset.testid = "paint-board";
  root.innerHTML = `
    <div class="paper"><canvas tabindex="0" role="application"></canvas>
      <span class="invitation" aria-hidden="true">Paint points here</span></div>
    <div class="tools" role="group" aria-label="Brush">
      <button type="button" class="brush" data-kind="0"><canvas width="28" height="28"></canvas><span></span></button>
      <button type="button" class="brush" data-kind="1"><canvas width="28" height="28"></canvas><span></span></button>
      <button type="button" class="undo">Undo</button><button type="button" class="clear">Clear</button></div>
    <p class="status" role="status"></p>
    <p class="keys">Keyboard: arrow keys move the mark, Space sets a point, B changes the brush, U undoes, Delete clears.</p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    paper: find(".paper"),
    canvas: find(".paper canvas"),
    invitation: find(".invitation"),
    status: find(".status"),
    brushes: [...root.querySelectorAll(".brush")],
    points: [],
    labels: [],
    history: [],
    kind: 0,
    mark: [0, 0],
    keyed: false,
    stroke: null,
    sent: 0,
    flying: null,
    waiting: false,
    pending: 0,
  };
  listen(state, find);
  watchTheme(state, request);
  watchSize(state, request);
  return state;
}

function listen(state, find) {
  const { canvas } = state;
  state.brushes.forEach((button, kind) => button.addEventListener("click", () => choose(state, kind)));
  find(".undo").addEventListener("click", () => undo(state));
  find(".clear").addEventListener("click", () => clear(state));
  drag(canvas, {
    begin: (event) => {
      state.keyed = false;
      state.stroke = { before: snapshot(state), last: null };
      paintAt(state, event);
      return state.stroke.before;
    },
    move: (_, event) => {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) paintAt(state, each);
    },
    end: (before) => {
      state.stroke = null;
      if (state.points.length !== before.points.length) settle(state, before);
    },
  });
  canvas.addEventListener("keydown", (event) => onKey(state, event));
  canvas.addEventListener("blur", () => {
    state.keyed = false;
    request(state);
  });
}

function onKey(state, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const way = arrowOf(event);
  const action = { " ": setPoint, b: swap, B: swap, u: undo, U: undo, Delete: clear }[event.key];
  if (!way && !action) return;
  event.preventDefault();
  state.keyed = true;
  if (way) {
    const step = 2 * state.data.reach * STEP * (event.shiftKey ? 4 : 1);
    state.mark = state.mark.map((at, axis) => inside(state, at + way[axis] * step));
  } else action(state);
  request(state);
}

const inside = (state, value) => {
  const far = state.data.reach * EDGE;
  return Number(Math.min(Math.max(value, -far), far).toFixed(4));
};
const snapshot = ({ points, labels }) => ({ points: [...points], labels: [...labels] });
const full = (state) => state.points.length >= state.data.most;

function add(state, place) {
  if (full(state)) return;
  state.points.push(place);
  state.labels.push(state.kind);
}

/** A point where the brush is, if it has come far enough from the last one of this stroke. */
function paintAt(state, event) {
  const box = state.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const { stroke } = state;
  if (stroke.last && Math.hypot(x - stroke.last[0], y - stroke.last[1]) < APART) return;
  stroke.last = [x, y];
  const { reach } = state.data;
  add(state, [inside(state, ((x / box.width) * 2 - 1) * reach), inside(state, (1 - (y / box.height) * 2) * reach)]);
  request(state);
}

function setPoint(state) {
  const before = snapshot(state);
  add(state, [...state.mark]);
  if (state.points.length !== before.points.length) settle(state, before);
}

function choose(state, kind) {
  state.kind = kind;
  request(state);
}

const swap = (state) => choose(state, 1 - state.kind);

function undo(state) {
  const before = state.history.pop();
  if (!before && !state.points.length) return;
  // After a visit to another page the strokes are forgotten, the points are not.
  Object.assign(state, before ?? { points: state.points.slice(0, -1), labels: state.labels.slice(0, -1) });
  tell(state);
}

function clear(state) {
  if (!state.points.length) return;
  const before = snapshot(state);
  Object.assign(state, { points: [], labels: [] });
  settle(state, before);
}

function settle(state, before) {
  state.history.push(before);
  tell(state);
}

/** The page hears of the points; while it is still working on the last report, the newest waits. */
function tell(state) {
  request(state);
  if (state.flying) {
    state.waiting = true;
    return;
  }
  state.sent += 1;
  state.flying = `${Date.now()}.${state.sent}`;
  state.setStateValue("painted", { ...snapshot(state), count: state.flying });
}

// Painting.

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  const { data, canvas } = state;
  state.palette = data.palettes[isDark(state.root) ? "dark" : "light"];
  const side = Math.min(data.height, state.root.clientWidth);
  state.paper.style.width = state.paper.style.height = `${side}px`;
  const { pen } = fit(canvas, side, side);
  paintPaper(state, pen, side);
  const pixel = ([x, y]) => [((x / data.reach + 1) / 2) * side, ((1 - y / data.reach) / 2) * side];
  state.points.forEach((point, k) => sign(state, pen, pixel(point), state.labels[k], 5));
  if (state.keyed) paintMark(state, pen, pixel(state.mark));
  showTools(state);
}

function paintPaper(state, pen, side) {
  pen.fillStyle = state.palette.panel;
  pen.fillRect(0, 0, side, side);
  pen.lineWidth = 1;
  for (let k = 1; k < 6; k += 1) {
    pen.strokeStyle = k === 3 ? state.palette.edge : state.palette.grid;
    const at = (k / 6) * side;
    pen.beginPath();
    pen.moveTo(at, 0);
    pen.lineTo(at, side);
    pen.moveTo(0, at);
    pen.lineTo(side, at);
    pen.stroke();
  }
  pen.strokeStyle = state.palette.edge;
  pen.strokeRect(0.5, 0.5, side - 1, side - 1);
}

/** A disc for the first class, a square for the second. */
function sign(state, pen, [x, y], kind, radius) {
  pen.beginPath();
  if (kind) pen.rect(x - 0.85 * radius, y - 0.85 * radius, 1.7 * radius, 1.7 * radius);
  else pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = state.palette[state.data.colors[kind]];
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = state.palette.surface;
  pen.stroke();
}

function paintMark(state, pen, [x, y]) {
  pen.strokeStyle = state.palette.text;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - 12, y);
  pen.lineTo(x + 12, y);
  pen.moveTo(x, y - 12);
  pen.lineTo(x, y + 12);
  pen.stroke();
}

function showTools(state) {
  const { data, points, labels } = state;
  state.brushes.forEach((button, kind) => {
    button.setAttribute("aria-pressed", String(kind === state.kind));
    button.querySelector("span").textContent = `${data.names[kind][0].toUpperCase()}${data.names[kind].slice(1)} brush`;
    const pen = penOf(button.querySelector("canvas"));
    pen.clearRect(0, 0, 28, 28);
    sign(state, pen, [14, 14], kind, 11);
  });
  const second = labels.reduce((sum, label) => sum + label, 0);
  const counts = `${labels.length - second} ${data.names[0]}, ${second} ${data.names[1]}`;
  state.status.textContent = full(state) ? `${counts}: the paper is full, ${data.most} points.` : counts;
  state.invitation.hidden = points.length > 0 || state.keyed;
  state.canvas.setAttribute("aria-label", `Square to paint points on, ${data.names[state.kind]} brush; ${counts}`);
  Object.assign(state.root.dataset, {
    points: String(points.length),
    second: String(second),
    kind: String(state.kind),
  });
}

function renew(state, data) {
  if (!state.data) Object.assign(state, { points: [...data.points], labels: [...data.labels] });
  state.data = data;
  if (state.flying && data.answered === state.flying) {
    state.flying = null;
    if (state.waiting) {
      state.waiting = false;
      tell(state);
    }
  }
  request(state);
}

export default mount({ paint, build, renew });
