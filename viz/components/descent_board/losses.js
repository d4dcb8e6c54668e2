// The loss of every run against its steps. For descent_board.
// Above a function's floor on a log scale. A function without one has no zero to count from: its losses are drawn as
// they are, or, where they span many powers of ten, by their powers of ten on both sides of 0.

import { fit, request } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { FONT } from "../shared/pen.js";
import { drag, placeIn } from "../shared/pointing.js";
import { ticks } from "../shared/ticks.js";
import { report } from "./settings.js";
import { verdict } from "./words.js";

const DECADES = [-8, 10];
const TICK_ROOM = 22;

export function prepareLoss(state) {
  state.lossSheet = fit(state.loss, state.view.curve && !state.narrow ? 400 : 180);
}

function captionLoss(state, { signed }) {
  const {
    lowest: { attained, known, loss },
  } = state.data;
  const above = loss === 0 ? "Loss" : `Loss above ${number(loss)}${known ? "" : ", the lowest met,"}`;
  const plain = `Loss against steps${signed ? ", log scale on both sides of 0" : ""}; no floor was met.`;
  const text = attained ? `${above} against steps, log scale.` : plain;
  if (state.lossCaption.textContent !== text) state.lossCaption.textContent = text;
}

/** Dragging along the chart moves the step. */
export function scrubByPointer(state) {
  const scrub = (event) => {
    const { left, wide } = lossFrame(state);
    const part = (placeIn(state.loss, event)[0] - left) / wide;
    state.step.value = String(Math.round(part * state.data.steps));
    state.player.stop();
    request(state);
  };
  drag(state.loss, {
    begin: (event) => {
      if (!state.ready || event.pointerType === "touch") return null;
      scrub(event);
      return true;
    },
    move: (_, event) => scrub(event),
    end: () => report(state),
  });
}

function lossFrame({ lossSheet: { width, height } }) {
  return { left: 46, top: 10, wide: width - 58, tall: height - 50 };
}

/** One line per method. */
export function paintLoss(state, step) {
  const { pen, width, height } = state.lossSheet;
  const { steps } = state.data;
  const frame = lossFrame(state);
  const scale = state.data.lowest.attained ? logScale(state) : plainScale(state);
  const xOf = (t) => frame.left + (t / (steps || 1)) * frame.wide;
  const yOf = (place) => frame.top + ((scale.top - place) / (scale.top - scale.bottom)) * frame.tall;
  // A little beyond the frame, which cuts it off: canvases have limits.
  const beyond = scale.top - scale.bottom;
  const placeOf = (run, t) =>
    yOf(Math.max(Math.min(scale.at(run, t), scale.top + beyond), scale.bottom - (scale.signed ? beyond : 0)));
  captionLoss(state, scale);
  pen.clearRect(0, 0, width, height);
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const { place, text } of apart(scale.ticks, yOf)) {
    pen.fillStyle = state.palette.grid;
    pen.fillRect(frame.left, yOf(place), frame.wide, 1);
    pen.fillStyle = state.palette.muted;
    pen.fillText(text, frame.left - 6, yOf(place));
  }
  pen.textAlign = "center";
  for (const t of ticks(0, steps || 1)) pen.fillText(String(t), xOf(t), height - 28);
  pen.fillText("steps", frame.left + frame.wide / 2, height - 11);
  pen.fillStyle = state.palette.text;
  pen.fillRect(xOf(step) - 0.5, frame.top, 1, frame.tall);
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, frame.top - 2, frame.wide, frame.tall + 4);
  pen.clip();
  pen.lineWidth = 2;
  for (const { run, color, dashes } of state.methods) {
    pen.strokeStyle = state.palette[color];
    pen.setLineDash(dashes);
    pen.beginPath();
    for (let t = 0; t < run.lost && t <= steps; t += 1) {
      if (t) pen.lineTo(xOf(t), placeOf(run, t));
      else pen.moveTo(xOf(t), placeOf(run, t));
    }
    pen.stroke();
    if (step < run.lost) {
      pen.setLineDash([]);
      pen.fillStyle = state.palette[color];
      pen.beginPath();
      pen.arc(xOf(step), placeOf(run, step), 4, 0, 7);
      pen.fill();
    }
  }
  pen.restore();
  describeLoss(state, step);
}

/** Those of the ticks, the first ones first, that leave each other room. */
function apart(found, yOf) {
  const kept = [];
  for (const tick of found) {
    if (kept.every(({ place }) => Math.abs(yOf(place) - yOf(tick.place)) >= TICK_ROOM)) kept.push(tick);
  }
  return kept;
}

function describeLoss(state, step) {
  const text = state.methods.map(({ title, run }) => `${title}: ${verdict(state, run, step)}`).join("; ");
  if (state.lossDescription === text) return;
  state.lossDescription = text;
  state.loss.setAttribute("aria-label", `At step ${step}: ${text}`);
}

/** Powers of ten of the loss above the floor: from a little above the common start, which keeps its place while
 * sliders move, down to the smallest loss shown, three to ten powers. What reaches the floor runs along the bottom. */
function logScale({ methods }) {
  const first = methods.length ? Math.log10(methods[0].run.above[0]) : 0;
  const top = (Number.isFinite(first) ? Math.ceil(first + 0.01) : 0) + 1;
  let least = top - 3;
  for (const { run } of methods) {
    for (let t = 0; t < run.lost; t += 1) {
      if (run.above[t] > 0) least = Math.min(least, Math.log10(run.above[t]));
    }
  }
  const bottom = Math.max(Math.floor(least), top - DECADES[1], Math.min(DECADES[0], top - 3));
  const powers = ticks(bottom, top, 5).filter(Number.isInteger);
  return {
    top,
    bottom,
    ticks: powers.map((place) => ({ place, text: number(10 ** place) })),
    at: ({ above }, t) => (above[t] > 0 ? Math.log10(above[t]) : -Infinity),
  };
}

/** Losses as they are; where they span more than a hundred times the start's, by powers of ten with their signs. */
function plainScale({ methods }) {
  let [low, high] = [Infinity, -Infinity];
  for (const { run } of methods) {
    for (let t = 0; t < run.lost; t += 1) {
      [low, high] = [Math.min(low, run.losses[t]), Math.max(high, run.losses[t])];
    }
  }
  if (!(low <= high)) [low, high] = [0, 1];
  const first = Math.abs(methods[0]?.run.losses[0] ?? 1);
  const unit = 10 ** Math.floor(Math.log10(Number.isFinite(first) && first > 1e-3 ? first : 1e-3));
  const signed = high - low > 100 * Math.max(first, unit);
  const at = signed ? (loss) => Math.sign(loss) * Math.log10(1 + Math.abs(loss) / unit) : (loss) => loss;
  const margin = 0.06 * (at(high) - at(low)) || 1;
  const [bottom, top] = [at(low) - margin, at(high) + margin];
  const values = signed ? powersBetween(low, high, unit) : ticks(bottom, top, 5);
  return {
    top,
    bottom,
    signed,
    at: ({ losses }, t) => at(losses[t]),
    ticks: values.map((value) => ({ place: at(value), text: number(value) })),
  };
}

/** 0, then the largest powers of ten within the range on either side, then smaller ones: the order of importance. */
function powersBetween(low, high, unit) {
  const last = Math.ceil(Math.log10(Math.max(-low, high, unit)));
  const found = [0];
  for (let power = last; power >= Math.log10(unit); power -= 1) found.push(10 ** power, -(10 ** power));
  return found.filter((value) => value >= low && value <= high);
}
