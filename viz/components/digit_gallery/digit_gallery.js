// A grid of digits drawn pixel by pixel in the theme's ink, each with a caption. Redrawn in place.

import { mount, paletteOf, watchTheme } from "../shared/board.js";
import { bytesOf } from "../shared/packing.js";

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-gallery";
  parent.append(root);
  const state = { root, text: "", data: null };
  watchTheme(state, paintAll);
  return state;
}

function tile(position, data) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", data.descriptions[position]);
  canvas.title = data.descriptions[position];
  figure.append(canvas);
  if (data.captions.length) {
    const caption = document.createElement("figcaption");
    for (const line of data.captions[position]) {
      const span = document.createElement("span");
      span.textContent = line;
      caption.append(span);
    }
    figure.append(caption);
  }
  return figure;
}

function paint(canvas, pixels, ink) {
  const image = new ImageData(28, 28);
  const [red, green, blue] = ink;
  for (let pixel = 0; pixel < 784; pixel += 1) image.data.set([red, green, blue, pixels[pixel]], 4 * pixel);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function paintAll(state) {
  const hex = paletteOf(state).ink;
  const ink = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  state.root.querySelectorAll("canvas").forEach((canvas, position) => {
    paint(canvas, state.pixels.subarray(784 * position, 784 * (position + 1)), ink);
  });
}

function renew(state, data) {
  state.data = data;
  state.pixels = bytesOf(data.images);
  state.root.style.setProperty("--tile", `${data.size}px`);
  state.root.style.minHeight = `${data.height}px`;
  state.root.replaceChildren(...data.descriptions.map((_, position) => tile(position, data)));
  paintAll(state);
}

const identify = ({ images, captions, descriptions }) => JSON.stringify([images, captions, descriptions]);

export default mount({ build, renew, identify });
