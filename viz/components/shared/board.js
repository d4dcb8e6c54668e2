// The life of a board: built once for each place, one picture a frame, told of its width and of the theme.

import { senderOf } from "./freezing.js";
import { penOf } from "./pen.js";
import { isDark } from "./theme.js";

/** As `identify`: every run counts as new data. */
export const always = () => Number.NaN;

/**
 * What Streamlit calls at every run: build(parent, data) once for each place, renew(state, data) when the data changed,
 * release(state) at the end. paint(state): what request() leads to. identify: what tells data apart. The state has
 * `root`; its `player`, frames it asked for and sizes it watches end with it.
 */
export function mount({ build, renew, release, paint, identify = JSON.stringify }) {
  const instances = new WeakMap();
  return ({ data, parentElement, setStateValue }) => {
    let state = instances.get(parentElement);
    if (!state) instances.set(parentElement, (state = Object.assign(build(parentElement, data), { paint })));
    state.setStateValue = senderOf(setStateValue);
    if (data !== state.given || identify === always) {
      state.given = data;
      const text = identify(data);
      if (text !== state.text) {
        state.text = text;
        renew(state, data);
      }
    }
    return () => {
      release?.(state);
      state.player?.stop();
      cancelAnimationFrame(state.pending);
      state.observer?.disconnect();
      state.root.remove();
      instances.delete(parentElement);
    };
  };
}

/** Have the state painted before the next frame: once, however often it was asked for. */
export function request(state) {
  state.pending ||= requestAnimationFrame(() => {
    state.pending = 0;
    state.paint(state);
  });
}

/** changed(state) whenever the root has another width than state.width, which is then the new one. */
export function watchWidth(state, changed) {
  watchSize(state, () => {
    const width = state.root.clientWidth;
    if (!width || width === state.width) return;
    state.width = width;
    changed(state);
  });
}

/** changed(state) at once and whenever the element, the root by default, has another size. */
export function watchSize(state, changed, element = state.root) {
  state.observer = new ResizeObserver(() => changed(state));
  state.observer.observe(element);
}

/** changed(state) when the reader switches the theme: the root's background carries it, by an invisible transition. */
export function watchTheme(state, changed) {
  state.root.addEventListener("transitionend", (event) => {
    if (event.target === state.root) changed(state);
  });
}

/** Colours by name, in the reader's theme. */
export function paletteOf({ root, data }) {
  return data.palettes[isDark(root) ? "dark" : "light"];
}

/** A canvas of so many CSS pixels, at the screen's own sharpness, cleared, with a pen that counts in CSS pixels. */
export function fit(canvas, height, width = canvas.parentElement.clientWidth) {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  canvas.style.height = `${height}px`;
  const pen = penOf(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height, ratio };
}
