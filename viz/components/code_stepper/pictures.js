// What a value looks like: digits and weights as images, rows of probabilities as bars, few numbers as cells.

import { bytesOf } from "../shared/packing.js";
import { penOf } from "../shared/pen.js";

const CHART = { width: 74, height: 34 };

export function cardOf(state, card) {
  const element = document.createElement("div");
  element.className = "card";
  const head = document.createElement("p");
  head.className = "head";
  const name = document.createElement("code");
  name.textContent = card.name;
  const value = state.data.values[card.value];
  head.append(name, ...shapeOf(state, card), ...(value?.kind === "text" ? [drawText(value)] : []));
  if (value?.note) {
    const range = document.createElement("small");
    range.textContent = value.note;
    head.append(range);
  }
  if (card.mark) {
    const mark = document.createElement("em");
    mark.textContent = card.mark;
    mark.className = card.mark === "same as before" ? "" : "moved";
    head.append(mark);
  }
  element.append(head);
  element.classList.toggle("moved", ["new", "changed"].includes(card.mark));
  if (card.items) {
    const items = document.createElement("div");
    items.className = "cards";
    items.append(...card.items.map((item) => cardOf(state, item)));
    element.append(items);
    element.classList.add("several");
  } else if (value.kind !== "text") {
    element.append(pictureOf(state, value, card.name));
  }
  return element;
}

/** (4, 784) float32, each size in the colour of its axis. */
function shapeOf(state, { axes, dtype, note }) {
  const shape = document.createElement("span");
  shape.className = "shape";
  if (note) shape.textContent = note;
  if (!axes) return note ? [shape] : [];
  shape.append("(");
  axes.forEach(({ size, color }, axis) => {
    const part = document.createElement("b");
    part.textContent = String(size);
    part.style.setProperty("--axis", state.palette[color]);
    shape.append(axis ? ", " : "", part);
  });
  shape.append(axes.length === 1 ? ",) " : ") ", dtype);
  return [shape];
}

function pictureOf(state, value, name) {
  const draw = { cells: drawCells, tiles: drawTiles, heat: drawHeat, bars: drawBars }[value.kind];
  return draw(state, value, name);
}

function drawText({ text }) {
  const element = document.createElement("span");
  element.className = "text";
  element.textContent = text;
  return element;
}

function drawCells(_state, { rows, columns, texts, strengths }) {
  const table = document.createElement("div");
  table.className = "numbers";
  table.style.setProperty("--columns", String(columns));
  texts.forEach((text, k) => {
    const cell = document.createElement("span");
    cell.textContent = text;
    const share = Math.round(Math.abs(strengths[k]) * 45);
    const tone = strengths[k] < 0 ? "negative" : "positive";
    if (share) cell.style.background = `color-mix(in srgb, var(--${tone}) ${share}%, transparent)`;
    table.append(cell);
  });
  table.setAttribute("aria-label", `${rows} × ${columns} numbers`);
  return table;
}

const channels = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

/** Paints each byte between two colours; signed ones from −127 to 127 through the middle one. */
function painter(palette, ink) {
  const [none, more, less] = [ink ? "surface" : "zero", ink ? "ink" : "positive", "negative"].map((n) =>
    channels(palette[n]),
  );
  return (value, pixels, at) => {
    const share = ink ? value / 255 : Math.abs(value) / 127;
    const full = !ink && value < 0 ? less : more;
    for (let k = 0; k < 3; k += 1) pixels[at + k] = none[k] + (full[k] - none[k]) * share;
    pixels[at + 3] = 255;
  };
}

function imageOf(state, width, height, bytes, ink, label) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const image = new ImageData(width, height);
  const paint = painter(state.palette, ink);
  const values = ink ? bytes : new Int8Array(bytes.buffer);
  for (let k = 0; k < width * height; k += 1) paint(values[k], image.data, 4 * k);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function drawTiles(state, value, name) {
  const { count, side, ink } = value;
  decode(value);
  const sheet = document.createElement("div");
  sheet.className = "tiles";
  const area = side * side;
  for (let k = 0; k < count; k += 1) {
    const label = `${name}, ${ink ? "digit" : "the weights of unit"} ${k}`;
    sheet.append(imageOf(state, side, side, value.decoded.slice(k * area, (k + 1) * area), ink, label));
  }
  return sheet;
}

function drawHeat(state, value, name) {
  decode(value);
  const canvas = imageOf(state, value.columns, value.rows, value.decoded, false, `${name} as a heat map`);
  const scale = Math.max(4, Math.min(8, Math.floor(160 / value.columns)));
  canvas.className = "heat";
  canvas.style.width = `${value.columns * scale}px`;
  canvas.style.height = `${value.rows * scale}px`;
  return canvas;
}

/** Ten bars a row, the classes 0 to 9; the tallest says its class. */
function drawBars(state, { rows, values }, name) {
  const sheet = document.createElement("div");
  sheet.className = "charts";
  const ratio = devicePixelRatio || 1;
  for (let row = 0; row < rows; row += 1) {
    const bars = values.slice(10 * row, 10 * row + 10);
    const best = bars.indexOf(Math.max(...bars));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [CHART.width * ratio, (CHART.height + 12) * ratio];
    canvas.style.width = `${CHART.width}px`;
    canvas.style.height = `${CHART.height + 12}px`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${name}, row ${row}: largest for ${best}, ${(100 * bars[best]).toFixed(0)} %`);
    const pen = penOf(canvas);
    pen.scale(ratio, ratio);
    const width = CHART.width / 10;
    pen.fillStyle = state.palette.grid;
    pen.fillRect(0, CHART.height, CHART.width, 1);
    pen.fillStyle = state.palette.prediction;
    bars.forEach((share, digit) => {
      const height = Math.max(share > 0 ? 1 : 0, share * CHART.height);
      pen.fillRect(digit * width + 1, CHART.height - height, width - 2, height);
    });
    pen.fillStyle = state.palette.text;
    pen.font = `10px ${getComputedStyle(state.root).fontFamily}`;
    pen.textAlign = "center";
    pen.fillText(String(best), (best + 0.5) * width, CHART.height + 11);
    sheet.append(canvas);
  }
  return sheet;
}

/** Bytes unpacked once; not enumerable, so that the data taken away as a page are as they came. */
function decode(value) {
  if (!value.decoded) Object.defineProperty(value, "decoded", { value: bytesOf(value.bytes) });
}
