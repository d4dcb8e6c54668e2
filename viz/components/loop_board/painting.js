// What stands in the boxes of the loop board, painted from one turn's data.

import { number } from "../shared/numbers.js";
import { bytesOf } from "../shared/packing.js";
import { penOf } from "../shared/pen.js";
import { isDark } from "../shared/theme.js";

const SIDE = 28;
const CLASSES = 10;
const HEADER = 15; // pixels of the row of digits above the predictions

/** The turn with its arrays as {shape, values}; unpacked once. */
export function unpackedTurn(turn) {
  if (turn.pictures) return turn;
  const open = ({ shape, bytes }) => ({ shape, values: bytesOf(bytes) });
  const pictures = { digits: open(turn.digits), hidden: open(turn.hidden) };
  for (const name of ["W1", "W2"]) {
    pictures[name] = Object.fromEntries(Object.entries(turn[name]).map(([key, array]) => [key, open(array)]));
  }
  // Not enumerable, so that the data taken away as a page are as they came.
  Object.defineProperty(turn, "pictures", { value: pictures });
  return turn;
}

export function usePalette(state) {
  const theme = isDark(state.root) ? "dark" : "light";
  if (theme === state.theme) return;
  const palette = state.data.palettes[theme];
  Object.assign(state, { theme, palette });
  for (const [name, color] of Object.entries(palette)) state.root.style.setProperty(`--uncrumple-${name}`, color);
  const rgb = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const mixed = (from, to, share) => from.map((value, at) => value + (to[at] - value) * share);
  const [paper, zero] = [rgb(palette.surface), rgb(palette.zero)];
  const ramp = (color) => Array.from({ length: 256 }, (_, level) => color(level).map(Math.round));
  state.ramps = {
    ink: ramp((level) => mixed(paper, rgb(palette.ink), level / 255)),
    active: ramp((level) => mixed(paper, rgb(palette.data), Math.sqrt(level / 255))),
    share: ramp((level) => mixed(paper, rgb(palette.prediction), Math.sqrt(level / 255))),
    signed: ramp((level) =>
      mixed(zero, rgb(level > 128 ? palette.positive : palette.negative), Math.min(1, Math.abs(level - 128) / 127)),
    ),
  };
}

/** A canvas of one pixel per value. */
function tile(values, rows, columns, ramp) {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  for (let k = 0; k < values.length; k += 1) picture.data.set([...ramp[values[k]], 255], 4 * k);
  context.putImageData(picture, 0, 0);
  return canvas;
}

/** Make the canvas as sharp as the screen; drawing is in CSS pixels. */
function sheet(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [across, down] = [width, height].map((size) => Math.round(size * devicePixelRatio));
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = penOf(canvas);
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

function describe(canvas, text) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
}

/** (28, 28) images beside and below each other, as large as fits. */
function paintImages(state, canvas, { shape: [count], values }, columns, ramp) {
  const { context, width, height } = sheet(canvas);
  const rows = Math.ceil(count / columns);
  const size = Math.min((width - 4 * (columns - 1)) / columns, (height - 4 * (rows - 1)) / rows);
  const left = (width - columns * size - 4 * (columns - 1)) / 2;
  for (let k = 0; k < count; k += 1) {
    const picture = tile(values.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE), SIDE, SIDE, ramp);
    const [x, y] = [left + (k % columns) * (size + 4), Math.floor(k / columns) * (size + 4)];
    context.drawImage(picture, x, y, size, size);
    context.strokeStyle = state.palette.grid;
    context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
  }
}

const first = ({ shape, values }, count) => {
  const each = values.length / shape[0];
  const kept = Math.min(count, shape[0]);
  return { shape: [kept, ...shape.slice(1)], values: values.subarray(0, kept * each) };
};

/** The digit that is followed; a smaller batch may not have it. */
const followed = (state, turn) => Math.min(state.digit, turn.labels.length - 1);

const caption = (part, text) => {
  part.querySelector(".caption").textContent = text;
};

function paintBatch(state, part, turn) {
  const { values } = turn.pictures.digits;
  const now = followed(state, turn);
  const picture = (k) => tile(values.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE), SIDE, SIDE, state.ramps.ink);
  const large = part.querySelector(".large");
  const { context, width, height } = sheet(large);
  context.drawImage(picture(now), 0, 0, width, height);
  describe(large, `Digit ${now + 1} of the batch, a ${turn.labels[now]}`);
  state.thumbs.forEach((button, k) => {
    const shown = k < turn.labels.length;
    button.disabled = !shown;
    button.setAttribute("aria-checked", String(k === now));
    button.tabIndex = k === now ? 0 : -1;
    button.setAttribute("aria-label", shown ? `Follow digit ${k + 1}, a ${turn.labels[k]}` : "No digit");
    const small = sheet(button.firstElementChild);
    if (shown) small.context.drawImage(picture(k), 0, 0, small.width, small.height);
  });
  caption(part, turn.captions.batch);
}

function paintHidden(state, part, turn) {
  const now = followed(state, turn);
  const {
    shape: [, units],
    values,
  } = turn.pictures.hidden;
  const canvas = part.querySelector("canvas");
  const { context, width, height } = sheet(canvas);
  const columns = Math.ceil(Math.sqrt(units));
  const rows = Math.ceil(units / columns);
  const text = turn.captions.hidden.replace("{active}", turn.active[now]);
  const size = Math.min(width / columns, height / rows);
  context.imageSmoothingEnabled = false;
  const picture = tile(values.subarray(now * units, (now + 1) * units), rows, columns, state.ramps.active);
  const [x, y] = [(width - size * columns) / 2, (height - size * rows) / 2];
  context.drawImage(picture, x, y, size * columns, size * rows);
  describe(canvas, `Hidden activations of the digit followed: ${text}`);
  caption(part, text);
}

function paintOutput(state, part, turn) {
  const now = followed(state, turn);
  const shares = turn.probabilities[now];
  const canvas = part.querySelector("canvas");
  const { context, width, height } = sheet(canvas);
  const { palette } = state;
  const [step, floor] = [width / CLASSES, height - 18];
  context.font = `12px ${getComputedStyle(state.root).fontFamily}`;
  context.textAlign = "center";
  for (const [digit, share] of shares.entries()) {
    const x = digit * step;
    context.fillStyle = palette.panel;
    context.fillRect(x + 1.5, 0, step - 3, floor);
    context.fillStyle = palette.prediction;
    context.fillRect(x + 1.5, floor * (1 - share), step - 3, floor * share);
    context.fillStyle = palette.text;
    context.fillText(String(digit), x + step / 2, height - 4);
    if (digit !== turn.labels[now]) continue;
    context.strokeStyle = palette.truth;
    context.lineWidth = 2;
    context.strokeRect(x + 1, 1, step - 2, height - 2);
  }
  const best = shares.indexOf(Math.max(...shares));
  const percent = `${(100 * shares[turn.labels[now]]).toFixed(1)} %`;
  describe(canvas, `Ten probabilities: ${best} is the largest; the target ${turn.labels[now]} has ${percent}.`);
  caption(part, `target ${turn.labels[now]}: ${percent}`);
}

/** Which row of the table of predictions lies at this height. */
export const rowAt = (y, height) => Math.floor((y - HEADER) / ((height - HEADER) / DIGITS));

function paintPredictions(state, part, turn) {
  const canvas = part.querySelector("canvas");
  const { context, width, height } = sheet(canvas);
  const { palette, ramps } = state;
  const count = turn.labels.length;
  const [mark, head] = [16, HEADER];
  const [across, down] = [(width - mark) / CLASSES, (height - head) / DIGITS];
  context.font = `11px ${getComputedStyle(state.root).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = palette.muted;
  for (let digit = 0; digit < CLASSES; digit += 1) context.fillText(String(digit), (digit + 0.5) * across, head / 2);
  let right = 0;
  for (let k = 0; k < count; k += 1) {
    const [shares, target, y] = [turn.probabilities[k], turn.labels[k], head + k * down];
    shares.forEach((share, digit) => {
      context.fillStyle = `rgb(${ramps.share[Math.round(255 * share)].join(",")})`;
      context.fillRect(digit * across + 0.5, y + 0.5, across - 1, down - 1);
      context.strokeStyle = palette.grid;
      context.lineWidth = 1;
      context.strokeRect(digit * across + 0.5, y + 0.5, across - 1, down - 1);
    });
    context.strokeStyle = palette.truth;
    context.lineWidth = 2;
    context.strokeRect(target * across + 1, y + 1, across - 2, down - 2);
    const hit = shares.indexOf(Math.max(...shares)) === target;
    right += hit;
    context.fillStyle = hit ? palette.gradient : palette.loss;
    context.fillText(hit ? "✓" : "×", width - mark / 2, y + down / 2 + 0.5);
    if (k === followed(state, turn)) {
      context.fillStyle = palette.prediction;
      context.fillRect(width - 2, y + 1, 2, down - 2);
    }
  }
  describe(canvas, `Probabilities of the ${count} digits shown, targets framed: ${right} of them right.`);
  caption(part, turn.captions.predictions);
}

const settledWeights = (state, turn) => (turn.made && state.seen.W1 === turn ? "after" : "before");

function paintFirst(state, part, turn) {
  const canvas = part.querySelector("canvas");
  paintImages(state, canvas, turn.pictures.W1[settledWeights(state, turn)], 3, state.ramps.signed);
  describe(canvas, "What six hidden units look for: their incoming weights as images, blue above 0, orange below.");
  caption(part, turn.captions.W1);
}

/** A row for each drawn unit, a column for each digit. */
function paintSecond(state, part, turn) {
  const canvas = part.querySelector("canvas");
  const { context, width, height } = sheet(canvas);
  const {
    shape: [rows, columns],
    values,
  } = turn.pictures.W2[settledWeights(state, turn)];
  context.imageSmoothingEnabled = false;
  context.drawImage(tile(values, rows, columns, state.ramps.signed), 0, 0, width, height);
  context.strokeStyle = state.palette.grid;
  for (let k = 0; k <= columns; k += 1) context.strokeRect((k * width) / columns, 0, 0, height);
  for (let k = 0; k <= rows; k += 1) context.strokeRect(0, (k * height) / rows, width, 0);
  describe(canvas, "Weights from six hidden units, one a row, to the ten digits, one a column.");
  caption(part, turn.captions.W2);
}

function paintTargets(state, part, turn) {
  const now = followed(state, turn);
  part.querySelector(".labels").replaceChildren(
    ...turn.labels.map((label, k) => {
      const item = Object.assign(document.createElement("span"), { textContent: String(label) });
      item.classList.toggle("followed", k === now);
      return item;
    }),
  );
  caption(part, turn.captions.targets);
}

function paintLoss(state, part, turn) {
  part.querySelector(".number").textContent = turn.loss;
  const canvas = part.querySelector("canvas");
  const { context, width, height } = sheet(canvas);
  const { turns, losses } = turn.curve;
  const { palette } = state;
  context.strokeStyle = palette.grid;
  context.strokeRect(0, height - 0.5, width, 0);
  if (losses.length) {
    const [top, last] = [Math.max(...losses), Math.max(turns.at(-1), 2)];
    const across = (turn) => 4 + ((turn - 1) / (last - 1)) * (width - 8);
    const place = (k) => [across(turns[k]), height - 3 - (losses[k] / top) * (height - 8)];
    context.strokeStyle = context.fillStyle = palette.loss;
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    context.beginPath();
    losses.forEach((_, k) => context.lineTo(...place(k)));
    context.stroke();
    context.beginPath();
    context.arc(...place(losses.length - 1), 3.5, 0, 2 * Math.PI);
    context.fill();
  }
  describe(canvas, `Loss of ${turns.length} turns, from ${losses[0]} to ${losses.at(-1)}`);
  caption(part, turn.captions.loss);
}

function paintGradient(state, part, turn) {
  const canvas = part.querySelector("canvas");
  const { gradient } = turn.pictures.W1;
  paintImages(state, canvas, canvas.clientHeight > 60 ? gradient : first(gradient, 3), 3, state.ramps.signed);
  describe(canvas, "Gradient of the loss for the weights of the first hidden units, as images.");
  const most = Math.max(...NORMS.map((name) => turn.norms.gradient[name] ?? 0), 1e-12);
  part.querySelectorAll("dd").forEach((row, k) => {
    const value = turn.norms.gradient[NORMS[k]];
    row.firstElementChild.style.width = `${(60 * (value ?? 0)) / most}%`;
    row.lastElementChild.textContent = value === null ? "–" : number(value, 2);
  });
  caption(part, turn.captions.gradient);
}

function paintOptimizer(state, part, turn) {
  part.querySelector(".rule").textContent = turn.captions.rule;
  const canvas = part.querySelector("canvas");
  part.classList.toggle("waiting", !turn.made);
  paintImages(state, canvas, first(turn.pictures.W1.step, 3), 3, state.ramps.signed);
  describe(canvas, "The step of the weights of three hidden units, as images.");
  caption(part, turn.captions.optimizer);
}

export const PAINTERS = {
  batch: paintBatch,
  hidden: paintHidden,
  output: paintOutput,
  predictions: paintPredictions,
  W1: paintFirst,
  W2: paintSecond,
  targets: paintTargets,
  loss: paintLoss,
  gradient: paintGradient,
  optimizer: paintOptimizer,
};

export const NORMS = ["W1", "b1", "W2", "b2"];

export const DIGITS = 8;
