// The theme on the graph: its colours, small pictures in them, attributes that are written only when they change.

import { bytesOf } from "../shared/packing.js";
import { isDark } from "../shared/theme.js";

export function recolour(state) {
  if (!state.data || !state.root.clientWidth) return;
  const theme = isDark(state.root) ? "dark" : "light";
  if (state.colours !== theme) {
    state.colours = theme;
    state.palette = state.data.palettes[theme];
    for (const [name, value] of Object.entries(state.palette)) state.root.style.setProperty(`--${name}`, value);
    state.pictures = new Map();
  }
  state.paint(state);
}

/** A heat map as an image's address: from white (or the dark theme's paper) to the two colours of signed values. */
export function pictureOf(state, { rows, columns, bytes }) {
  const key = `${rows},${columns},${bytes}`;
  let address = state.pictures.get(key);
  if (address) return address;
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  const channels = (hex) => [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
  const [zero, low, high, lost] = ["zero", "negative", "positive", "muted"].map((name) =>
    channels(state.palette[name]),
  );
  const steps = new Int8Array(bytesOf(bytes).buffer);
  steps.forEach((step, cell) => {
    const end = step === -128 ? lost : step < 0 ? low : high;
    const part = Math.min(Math.abs(step) / 127, 1);
    for (let channel = 0; channel < 3; channel += 1) {
      image.data[4 * cell + channel] = zero[channel] + part * (end[channel] - zero[channel]);
    }
    image.data[4 * cell + 3] = 255;
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  address = canvas.toDataURL();
  if (state.pictures.size > 400) state.pictures.clear();
  state.pictures.set(key, address);
  return address;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
