// Pointing at cells and brackets, walking by keyboard, choosing and editing. Belongs to live_cells.

import { request } from "../shared/board.js";

export const shownCell = (state, cell) => (state.looks?.[cell]?.presence ?? 0) > 0.3;

function cellAt(state, x, y) {
  const { order } = state.pose;
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const [left, top] = state.painted[order[k]];
    if (x >= left && x < left + state.scale && y >= top && y < top + state.scale && shownCell(state, order[k])) {
      return order[k];
    }
  }
  return null;
}

export function point(state, event) {
  if (!state.pose) return;
  const box = state.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const cell = cellAt(state, x, y);
  const found =
    cell === null
      ? state.brackets.find(({ box: [x0, y0, x1, y1] }) => x > x0 - 6 && x < x1 + 6 && y > y0 - 6 && y < y1 + 6)
      : null;
  const axis = found?.mark ?? null;
  if (cell === state.hover && axis?.description === state.axis?.description) return;
  state.hover = cell;
  state.axis = axis;
  request(state);
}

export function clearPointer(state) {
  state.hover = null;
  state.axis = null;
  request(state);
}

export function choose(state, event) {
  point(state, event);
  if (state.hover === null) return;
  const again = state.focus === state.hover;
  state.focus = state.hover;
  const cell = state.scene.cells[state.focus];
  if (state.data.picks) send(state, "pick", { block: cell.block, index: cell.index });
  if (event.pointerType === "touch") {
    state.hover = null;
    if (again) edit(state);
  }
  request(state);
}

function send(state, name, value) {
  state.sent += 1;
  // A count of its own tells two equal messages apart, also after the page was left and entered again.
  state.setStateValue(name, { ...value, count: `${Date.now()}.${state.sent}` });
}

export function edit(state, first = null) {
  const cell = state.focus ?? state.hover;
  if (cell === null || !state.scene.blocks[state.scene.cells[cell].block].editable) return;
  const own = state.scene.cells[cell];
  const [x, y] = state.painted[cell];
  const input = document.createElement("input");
  const width = Math.max(state.scale, 64);
  input.className = "uncrumple-cells-editor";
  input.setAttribute("aria-label", `New value of ${state.scene.blocks[own.block].name}[${own.index.join(", ")}]`);
  const left = Math.min(Math.max(x + (state.scale - width) / 2, 0), state.width - width);
  Object.assign(input.style, {
    left: `${left}px`,
    top: `${y}px`,
    width: `${width}px`,
    height: `${Math.max(state.scale, 32)}px`,
  });
  input.value = first ?? own.value;
  let open = true;
  const close = (keep) => {
    if (!open) return;
    open = false;
    const text = input.value.trim();
    input.remove();
    state.canvas.focus();
    state.focus = cell;
    if (keep && text && text !== own.value) send(state, "edit", { block: own.block, index: own.index, text });
    request(state);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") close(false);
  });
  input.addEventListener("blur", () => close(true));
  state.stage.append(input);
  input.focus();
  if (first === null) input.select();
}

export function press(state, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = {
    ArrowRight: [1, 1],
    ArrowLeft: [1, -1],
    ArrowDown: [2, 1],
    ArrowUp: [2, -1],
    PageDown: [3, 1],
    PageUp: [3, -1],
  }[event.key];
  if (step) {
    event.preventDefault();
    walk(state, ...step);
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    jump(state, event.key);
  } else if (event.key === "a" || event.key === "A") nextAxis(state);
  else if (event.key === "Escape") {
    state.focus = null;
    clearPointer(state);
  } else if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    activate(state);
  } else if (/^[-\d.]$/.test(event.key)) {
    event.preventDefault();
    edit(state, event.key);
  }
}

function activate(state) {
  if (state.focus === null) return;
  const cell = state.scene.cells[state.focus];
  if (state.scene.blocks[cell.block].editable) edit(state);
  else if (state.data.picks) send(state, "pick", { block: cell.block, index: cell.index });
}

/** One cell along an axis counted from the last; at the block's edge on to the nearest cell that way. */
function walk(state, back, way) {
  if (state.focus === null) state.focus = state.scene.cells.findIndex((_, cell) => shownCell(state, cell));
  if (state.focus < 0) {
    state.focus = null;
    return;
  }
  const cell = state.scene.cells[state.focus];
  const block = state.scene.blocks[cell.block];
  const axis = cell.index.length - back;
  state.axis = null;
  state.hover = null;
  if (axis >= 0) {
    const index = [...cell.index];
    const steps = [...new Set(block.indices.map((entry) => entry[axis]))].sort((a, b) => a - b);
    index[axis] = steps[steps.indexOf(index[axis]) + way];
    const found = block.places.get(index.join());
    if (found !== undefined && shownCell(state, found)) {
      state.focus = found;
      return request(state);
    }
  }
  if (back <= 2) state.focus = nearest(state, state.focus, back === 1 ? [way, 0] : [0, way]);
  request(state);
}

function nearest(state, from, [dx, dy]) {
  const [x0, y0] = state.painted[from];
  const home = state.scene.cells[from].block;
  let best = from;
  let least = Infinity;
  state.painted.forEach(([x, y], cell) => {
    if (state.scene.cells[cell].block === home || !shownCell(state, cell)) return;
    const ahead = (x - x0) * dx + (y - y0) * dy;
    const aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
    if (ahead > 0 && ahead + 2 * aside < least) {
      least = ahead + 2 * aside;
      best = cell;
    }
  });
  return best;
}

function jump(state, key) {
  const number = state.focus === null ? 0 : state.scene.cells[state.focus].block;
  const block = state.scene.blocks[number];
  const cells = block.indices.map((_, local) => block.first + local).filter((cell) => shownCell(state, cell));
  if (cells.length) state.focus = key === "Home" ? cells[0] : cells.at(-1);
  request(state);
}

function nextAxis(state) {
  const number = state.focus === null ? 0 : state.scene.cells[state.focus].block;
  const marks = state.pose.axes.filter((mark) => mark.block === number);
  const known = marks.findIndex((mark) => mark.axis === state.axis?.axis && state.axis.block === number);
  state.axis = marks[known + 1] ?? null;
  request(state);
}
