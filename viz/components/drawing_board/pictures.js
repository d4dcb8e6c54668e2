// Every picture of the ink's way, painted from the server's answer.

import { bytesOf } from "../shared/packing.js";
import { penOf } from "../shared/pen.js";
import { onArrows } from "../shared/pointing.js";
import { isDark } from "../shared/theme.js";
import { paintCanvas, redraw, resize, tint } from "./ink_canvas.js";
import { BOX, CANVAS, CLASSES, SIDE, STAGES } from "./stages.js";

/** The answer with its arrays as {shape, values}; blank pictures before the first one. */
function unpacked(answer) {
  if (!answer) return BLANK;
  answer.penned ??= answer.cropped; // the pen was left alone
  for (const name of ["hidden", "evidence", "cropped", "penned", "fitted", "centred"]) {
    if (answer[name].bytes) answer[name] = unpack(answer[name]);
  }
  return answer;
}

function unpack({ shape, bytes }) {
  return { shape, values: bytesOf(bytes) };
}

export function usePalette(board) {
  const theme = isDark(board.root) ? "dark" : "light";
  const palette = board.data.palettes[theme];
  if (palette.ink === board.palette?.ink) return;
  board.palette = palette;
  board.root.style.colorScheme = theme; // for the browser's own slider
  for (const [name, color] of Object.entries(palette)) board.root.style.setProperty(`--uncrumple-${name}`, color);
  const paper = channels(palette.surface);
  board.ramps = {
    ink: ramp((level) => mix(paper, channels(palette.ink), level / 255)),
    active: ramp((level) => mix(paper, channels(palette.data), level / 255)),
    share: ramp((level) => (level ? channels(palette.prediction) : paper)),
    // 128 is zero. The square root lifts faint evidence into sight.
    signed: ramp((level) =>
      mix(
        channels(palette.zero),
        channels(level > 128 ? palette.positive : palette.negative),
        Math.sqrt(Math.min(1, Math.abs(level - 128) / 127)),
      ),
    ),
  };
  tint(board);
  redraw(board);
  paintAll(board);
}

const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
const mix = (from, to, share) => from.map((value, at) => value + (to[at] - value) * share);

/** A colour for each of 256 levels, as the 32-bit pixels of an ImageData (red in the lowest byte). */
function ramp(color) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const [red, green, blue] = color(level).map(Math.round);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/** One pixel per value; what lies beyond the last value stays transparent. */
function paint(canvas, columns, rows, values, colors) {
  resize(canvas, columns, rows);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < values.length; i += 1) pixels[i] = colors[values[i]];
  context.putImageData(picture, 0, 0);
}

const BLANK = {
  cropped: { shape: [1, 1], values: new Uint8Array(1) },
  penned: { shape: [1, 1], values: new Uint8Array(1) },
  fitted: { shape: [BOX, BOX], values: new Uint8Array(BOX * BOX) },
  centred: { shape: [SIDE, SIDE], values: new Uint8Array(SIDE * SIDE) },
  hidden: { shape: [512], values: new Uint8Array(512) },
  evidence: { shape: [CLASSES, SIDE, SIDE], values: new Uint8Array(CLASSES * SIDE * SIDE).fill(128) },
  probabilities: Array(CLASSES).fill(0),
  predicted: null,
  box: null,
  penWidth: null,
};

export function paintAll(board) {
  const answer = unpacked(board.answer);
  const { stage, ramps } = board;
  for (const name of ["cropped", "penned", "centred"]) {
    const {
      shape: [rows, columns],
      values,
    } = answer[name];
    paint(stage[name], columns, rows, values, ramps.ink);
  }
  paintFitted(board, answer.fitted);
  paint(stage.vector, SIDE * SIDE, 1, answer.centred.values, ramps.ink);
  const units = answer.hidden.shape[0];
  const columns = Math.ceil(Math.sqrt(2 * units));
  paint(stage.hidden, columns, Math.ceil(units / columns), answer.hidden.values, ramps.active);
  paintShares(board, answer.probabilities);
  paintCanvas(board);
  writeCaptions(board);
  paintEvidence(board);
  showProbe(board);
}

/** In the middle of 20×20; the part of the box that stays unused is shaded. */
function paintFitted(board, { shape: [rows, columns], values }) {
  const inner = document.createElement("canvas");
  paint(inner, columns, rows, values, board.ramps.ink);
  resize(board.stage.fitted, BOX, BOX);
  const context = penOf(board.stage.fitted);
  context.fillStyle = board.palette.grid;
  context.fillRect(0, 0, BOX, BOX);
  context.drawImage(inner, (BOX - columns) >> 1, (BOX - rows) >> 1);
}

function paintShares(board, shares) {
  const height = 40;
  const values = new Uint8Array(CLASSES * height);
  shares.forEach((share, digit) => {
    for (let row = Math.round(height * (1 - share)); row < height; row += 1) values[row * CLASSES + digit] = 255;
  });
  paint(board.stage.output, CLASSES, height, values, board.ramps.share);
}

function writeCaptions(board) {
  const { stage } = board;
  const answer = board.answer && unpacked(board.answer);
  const write = (name, shape, text) => {
    const caption = stage[name].closest("figure").querySelector("figcaption");
    caption.querySelector(".uncrumple-shape").textContent = shape;
    if (text) caption.lastElementChild.textContent = text;
  };
  const shape = (name) => (answer ? answer[name].shape.join(" × ") : "");
  write("canvas", `${CANVAS} × ${CANVAS}`);
  write("cropped", shape("cropped"));
  write("penned", shape("penned"), penText(board));
  write("fitted", shape("fitted"));
  write("centred", `${SIDE} × ${SIDE}`);
  const idle = answer ? answer.hidden.values.filter((level) => level === 0).length : 0;
  const units = answer?.hidden.shape[0] ?? 512;
  stage.hidden.closest("figure").querySelector("span").textContent =
    `${units} numbers, each a weighted sum of all 784, where negative sums become 0 (relu).` +
    (answer ? ` Here ${idle} are 0 or almost.` : "");
  const seen = answer ? "of your digit" : "(nothing drawn yet)";
  for (const [name, title] of STAGES) stage[name].setAttribute("aria-label", `${title} ${seen}`);
}

function penText({ answer, data }) {
  if (!answer) return STAGES[2][2];
  const width = answer.penWidth;
  const [thinnest, thickest] = data.penWidths;
  if (width >= thinnest && width <= thickest) return `${width.toFixed(1)} pixels of 20: kept.`;
  const target = width < thinnest ? thinnest : thickest;
  return `${width.toFixed(1)} pixels of 20: ${width < target ? "thickened" : "thinned"} to ${target.toFixed(1)}.`;
}

export function listenToPictures(board) {
  const box = board.stage.centred.parentElement;
  Object.assign(box, { tabIndex: 0 });
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", "28 by 28 picture: arrow keys choose a pixel");
  const choose = (probe) => {
    board.probe = probe;
    showProbe(board);
  };
  box.addEventListener("pointermove", (event) => {
    const frame = board.stage.centred.getBoundingClientRect();
    const at = [event.clientY - frame.top, event.clientX - frame.left].map((value) =>
      Math.floor((SIDE * value) / frame.width),
    );
    choose(at.every((value) => value >= 0 && value < SIDE) ? at : null);
  });
  box.addEventListener("pointerleave", () => choose(null));
  box.addEventListener("focus", () => choose(board.probe ?? [14, 14]));
  box.addEventListener("blur", () => choose(null));
  onArrows(box, ([right, up]) => {
    const [row, column] = board.probe ?? [14, 14];
    choose([row - up, column + right].map((value) => Math.min(Math.max(value, 0), SIDE - 1)));
  });
  board.classes.forEach((button, digit) =>
    button.addEventListener("click", () => {
      board.chosen = board.chosen === digit ? null : digit;
      board.kept.put(board.chosen === null ? null : [board.chosen]);
      paintEvidence(board);
    }),
  );
}

function showProbe(board) {
  const { probe } = board;
  const readout = board.find(".uncrumple-readout");
  const mark = board.stage.centred.nextElementSibling;
  const tick = board.find(".uncrumple-strip i");
  mark.hidden = tick.hidden = probe === null;
  if (probe === null) {
    readout.textContent =
      "Point at a pixel of the 28 × 28 picture, or focus it and use the arrow keys, to follow its " + "number.";
    return;
  }
  const [row, column] = probe;
  const index = SIDE * row + column;
  const level = unpacked(board.answer).centred.values[index];
  [mark.style.top, mark.style.left] = probe.map((value) => `${(100 * value) / SIDE}%`);
  tick.style.left = `${(100 * (index + 0.5)) / (SIDE * SIDE)}%`;
  readout.textContent =
    `Row ${row}, column ${column} (from 0): number ${index} of the vector, ` +
    `28 × ${row} + ${column}. Value ${level} / 255 = ${(level / 255).toFixed(2)}.`;
}

function paintEvidence(board) {
  const answer = unpacked(board.answer);
  const shown = board.chosen ?? answer.predicted;
  board.classes.forEach((button, digit) => button.setAttribute("aria-pressed", String(digit === shown)));
  const canvas = board.find('[data-testid="evidence"]');
  const about =
    shown === null
      ? "Draw a digit, and see which pixels speak for and against it."
      : board.chosen === null
        ? `Evidence for ${shown}, the prediction. Choose another digit to compare.`
        : `Evidence for ${shown}. Press ${shown} again to follow the prediction.`;
  board.find(".uncrumple-question").textContent = about;
  canvas.setAttribute("aria-label", about);
  canvas.dataset.shown = shown === null ? "" : String(shown);
  const start = (shown ?? 0) * SIDE * SIDE;
  const values = answer.evidence.values.subarray(start, start + SIDE * SIDE);
  const cell = 20;
  resize(canvas, SIDE * cell, SIDE * cell);
  const context = penOf(canvas);
  const small = document.createElement("canvas");
  paint(small, SIDE, SIDE, values, board.ramps.signed);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  markSigns(context, values, cell, board.palette.surface);
  outline(context, answer.centred.values, cell, board.palette.ink);
}

/** + and − in the cells that matter most: colour is not the only sign. */
function markSigns(context, values, cell, color) {
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  values.forEach((level, i) => {
    if (Math.abs(level - 128) < 40) return;
    const [x, y] = [(i % SIDE) * cell + cell / 2, Math.floor(i / SIDE) * cell + cell / 2];
    context.moveTo(x - 4, y);
    context.lineTo(x + 4, y);
    if (level < 128) return;
    context.moveTo(x, y - 4);
    context.lineTo(x, y + 4);
  });
  context.stroke();
}

/** The border between pixels with and without much ink. */
function outline(context, levels, cell, color) {
  const inside = (row, column) =>
    row >= 0 && row < SIDE && column >= 0 && column < SIDE && levels[SIDE * row + column] >= 96;
  context.strokeStyle = color;
  context.lineWidth = 3;
  context.beginPath();
  for (let row = 0; row <= SIDE; row += 1) {
    for (let column = 0; column <= SIDE; column += 1) {
      const [x, y] = [column * cell, row * cell];
      const here = inside(row, column);
      if (here !== inside(row - 1, column)) {
        context.moveTo(x, y);
        context.lineTo(x + cell, y);
      }
      if (here !== inside(row, column - 1)) {
        context.moveTo(x, y);
        context.lineTo(x, y + cell);
      }
    }
  }
  context.stroke();
}
