// What the batch strip paints: the batch axis as a bar, the chosen batch on it, opened out into its digits.

import { fit, paletteOf } from "../shared/board.js";

export const STRIP = 26;
const LENS = 76;
const LABEL = 16;

function colorsOf(state) {
  return paletteOf(state);
}

/** Where the digits stand, in CSS pixels. */
export function geometry({ data, width }) {
  const count = Math.min(data.most, data.batch_size);
  const columns = Math.max(1, Math.min(count, Math.floor(width / (width < 600 ? 32 : 49))));
  const tile = Math.min(112, Math.floor(width / columns));
  const gap = Math.max(4, Math.round(tile * 0.14));
  const size = tile - gap;
  const row = size + LABEL + 6;
  return { count, columns, tile, gap, size, row, height: LENS + Math.ceil(count / columns) * row };
}

export function digitBox(state, place) {
  const { columns, tile, gap, size, row } = geometry(state);
  return { x: (place % columns) * tile + gap / 2, y: LENS + Math.floor(place / columns) * row, size };
}

/** The place in the batch a point of the canvas is on, or null. */
export function placeAt(state, x, y) {
  const { columns, tile, row } = geometry(state);
  const column = Math.floor(x / tile);
  const line = Math.floor((y - LENS) / row);
  const place = line * columns + column;
  return y >= LENS && column < columns && line >= 0 && place < present(state) ? place : null;
}

/** The shown digits in the theme's ink, one below the other, for the canvas to take from. */
export function inkSheet({ sheet, shown, ...state }) {
  if (!shown) return;
  const hex = colorsOf(state).ink;
  const ink = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  const image = new ImageData(28, 28 * shown.count);
  const whole = new Uint32Array(image.data.buffer);
  // Little-endian as every browser is: alpha, blue, green, red from the highest byte.
  const base = (ink[2] << 16) | (ink[1] << 8) | ink[0];
  shown.pixels.forEach((value, index) => {
    whole[index] = (value << 24) | base;
  });
  sheet.width = 28;
  sheet.height = image.height;
  sheet.getContext("2d").putImageData(image, 0, 0);
}

export function draw(state) {
  const { canvas, width } = state;
  const { height } = geometry(state);
  const { pen } = fit(canvas, height, width);
  const colors = colorsOf(state);
  state.root.style.setProperty("--axis", colors[state.data.axisColor]);
  drawAxis(state, pen, colors);
  drawDigits(state, pen, colors);
}

/** The whole batch axis, the batches marked where they are wide enough, and the chosen one opened out below. */
function drawAxis({ data, width, n, root }, pen, colors) {
  const scale = width / data.samples;
  const color = colors[data.axisColor];
  const beyond = Math.min((n + 1) * data.batch_size, data.samples);
  const start = Math.min(n * data.batch_size * scale, width - 3);
  const end = Math.max(start + 3, beyond * scale);
  pen.fillStyle = colors.panel;
  pen.fillRect(0, 0, width, STRIP);
  if (data.batch_size * scale >= 4) {
    pen.fillStyle = colors.neutral;
    for (let batch = 1; batch < data.batches; batch += 1) pen.fillRect(batch * data.batch_size * scale, 0, 1, STRIP);
  }
  pen.strokeStyle = colors.neutral;
  pen.lineWidth = 1;
  pen.strokeRect(0.5, 0.5, width - 1, STRIP - 1);
  pen.fillStyle = color;
  pen.fillRect(start, 0, end - start, STRIP);
  pen.globalAlpha = 0.14;
  pen.beginPath();
  for (const [x, y] of [
    [start, STRIP],
    [end, STRIP],
    [width, LENS - 10],
    [0, LENS - 10],
  ])
    pen.lineTo(x, y);
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.strokeRect(1, LENS - 11, width - 2, 1);
  pen.fillStyle = colors.text;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  pen.font = `600 14px ${getComputedStyle(root).fontFamily}`;
  const about = `axis 0 of the batch: ${(beyond - n * data.batch_size).toLocaleString("en-US")}`;
  const all = `of train_images: ${data.samples.toLocaleString("en-US")}`;
  pen.fillText(width < 600 ? about : `${about}, ${all}`, width / 2, (STRIP + LENS - 10) / 2);
}

function drawDigits(state, pen, colors) {
  const { shown, sheet } = state;
  const { count, size } = geometry(state);
  const color = colors[state.data.axisColor];
  const marked = state.hover ?? state.focus;
  pen.font = `13px ${getComputedStyle(state.root).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.imageSmoothingQuality = "high";
  for (let place = 0; place < count; place += 1) {
    const { x, y } = digitBox(state, place);
    const there = shown && place < shown.count;
    if (there) {
      pen.fillStyle = colors.panel;
      pen.fillRect(x, y, size, size);
      pen.drawImage(sheet, 0, 28 * place, 28, 28, x, y, size, size);
      pen.fillStyle = colors.text;
      pen.fillText(String(shown.labels[place]), x + size / 2, y + size + 3);
    } else {
      pen.setLineDash([3, 3]);
      pen.strokeStyle = colors.neutral;
      pen.lineWidth = 1;
      pen.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      pen.setLineDash([]);
    }
    if (there && place === marked) {
      pen.strokeStyle = color;
      pen.lineWidth = 2;
      pen.strokeRect(x - 1, y - 1, size + 2, size + 2);
    }
  }
}

/** How many digits of the batch are drawn. */
export function present({ data, n }) {
  return Math.min(data.most, data.batch_size, data.samples - n * data.batch_size);
}
