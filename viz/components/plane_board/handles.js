// Handles on the plane: dragged by mouse or finger, moved by arrow keys; boxes in which their numbers are typed.

import { request } from "../shared/board.js";
import { arrowOf, drag, onArrows, placeIn } from "../shared/pointing.js";
import { refuse, report } from "./telling.js";
import { number, typedNumber } from "./words.js";

const KEY_STEP = 0.05;

export const tidy = (value) => Math.round(value * 100) / 100 + 0;

/**
 * A handle on the stage. read: where it is. write: it is to be there, true if it may be. Both in the plane's units.
 */
export function makeHandle(state, stage, { name, label, read, write }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "handle";
  button.dataset.name = name;
  button.setAttribute("aria-label", `${label}. Arrow keys move it by ${KEY_STEP}, with Shift by ten times as much.`);
  stage.append(button);
  const put = (point) => {
    const most = state.data.most;
    if (!point.every((value) => Math.abs(value) <= most)) return;
    write(point.map(tidy));
    refuse(state, "");
    request(state);
  };
  dragHandle(state, button, put);
  onArrows(button, (way, event) => {
    const step = KEY_STEP * (event.shiftKey ? 10 : 1);
    put(read().map((value, axis) => value + way[axis] * step));
    report(state);
  });
  state.handles.push({ button, read });
}

function dragHandle(state, button, put) {
  drag(button, {
    begin: (event) => {
      state.holding = true;
      state.handles.forEach((handle) => handle.button.classList.toggle("front", handle.button === button));
      request(state);
      // Where within the handle it was grasped, so that it does not jump.
      return placeIn(button, event).map((at, axis) => at - [button.offsetWidth, button.offsetHeight][axis] / 2);
    },
    move: (grip, event) => {
      const { left, top, wide, tall } = state.view;
      const [x, y] = placeIn(state.canvas, event);
      const inside = (value, low, size) => Math.min(Math.max(value, low), low + size);
      put(state.view.toPoint(inside(x - grip[0], left, wide), inside(y - grip[1], top, tall)));
    },
    end: () => {
      state.holding = false;
      report(state);
      request(state);
    },
  });
}

export function placeHandles(state) {
  for (const { button, read } of state.handles) {
    const [x, y] = state.view.toPixel(...read());
    button.style.transform = `translate(${x - 22}px, ${y - 22}px)`;
  }
}

/** A box for one number: what is no number within bounds is refused in a sentence, and the last one stays. */
export function makeBox(state, { label, axis, read, write }) {
  const box = document.createElement("input");
  box.type = "text";
  box.inputMode = "text";
  box.autocomplete = "off";
  box.spellcheck = false;
  box.setAttribute("aria-label", label);
  if (axis !== undefined) box.dataset.axis = String(axis);
  const take = (value) => {
    write(value);
    refuse(state, "");
    request(state);
  };
  const usable = () => Math.abs(typedNumber(box.value)) <= state.data.most;
  box.addEventListener("input", () => {
    if (usable()) take(typedNumber(box.value));
  });
  box.addEventListener("change", () => {
    if (usable()) {
      take(typedNumber(box.value));
      report(state);
    } else {
      const { most } = state.data;
      refuse(state, `${label} must be a number from −${most} to ${most}; “${box.value.slice(0, 20)}” is not.`);
    }
    box.value = number(read());
    request(state);
  });
  box.addEventListener("keydown", (event) => {
    const way = arrowOf(event)?.[1];
    const value = tidy(read() + (way ?? 0) * KEY_STEP * (event.shiftKey ? 10 : 1));
    if (!way || Math.abs(value) > state.data.most) return;
    event.preventDefault();
    take(value);
    box.value = number(value);
    report(state);
  });
  return {
    box,
    show: () => {
      if (document.activeElement !== box) box.value = number(read());
    },
  };
}
