// What the descent board's parts share: where its sliders stand, what it tells the page, sheets that are copied.

import { penOf } from "../shared/pen.js";

export function inWindow(state, point) {
  return point.every((value, axis) => {
    const [low, high] = state.data.surface.window[axis];
    return value >= low && value <= high;
  });
}

export const indexOf = (slider) => Number(slider.value);

export function report(state) {
  send(state, "settings", {
    rate: indexOf(state.rate),
    momentum: indexOf(state.beta),
    step: indexOf(state.step),
    method: state.selected,
  });
}

/** Returns the number under which the value went out. */
export function send(state, name, value) {
  state.sent += 1;
  const count = `${Date.now()}.${state.sent}`;
  state.setStateValue(name, { ...value, count });
  return count;
}

/** An empty sheet of the same size, for what changes seldom and is copied into every frame. */
export function sheetFor({ width, height, ratio }) {
  const paper = document.createElement("canvas");
  paper.width = Math.round(width * ratio);
  paper.height = Math.round(height * ratio);
  const pen = penOf(paper);
  pen.scale(ratio, ratio);
  return { paper, pen };
}
