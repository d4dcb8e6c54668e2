// The families of runs as Python packed them, and one run read out of them. For descent_board.

import { bytesOf, inflated } from "../shared/packing.js";
import { indexOf } from "./settings.js";

const LEVELS = 65000;
const OUTSIDE = 65535;
/** So many of a float32's binary digits were not sent. */
const CUT = 11;

export function valuesOf(surface) {
  return new Float32Array(bytesOf(surface.values).buffer);
}

/** A method with its runs, taken from the last data where they are the same, and room for one run. */
export async function unpacked(state, data, method) {
  const known = state.methods.find(({ packed }) => packed === method.packed);
  const count = data.steps + 1;
  const dims = data.surface.window.length;
  return {
    ...method,
    all: known?.all ?? (await runsOf(method.packed, dims, count)),
    dashes: method.dash
      .split(" ")
      .map(Number)
      .filter((size) => size),
    run: {
      // Coordinates; NaN beyond what is kept. above: the loss above the base. losses: the loss.
      axes: data.surface.window.map(() => new Float32Array(count)),
      above: new Float64Array(count),
      losses: new Float64Array(count),
      // Pixels on the map. end: how many points there are to draw.
      px: new Float32Array(count),
      py: new Float32Array(count),
      end: 0,
      // lost: the first step without finite numbers; fate: why, or "".
      lost: count,
      fate: "",
    },
  };
}

/** What one stream holds: codes of the coordinates, losses, and the step and fate with which each run ends. */
async function runsOf(text, dims, count) {
  const bytes = await inflated(text);
  const runs = bytes.byteLength / (count * (2 * dims + 3) + 4);
  const losses = 2 * dims * count * runs;
  const ends = losses + 3 * count * runs;
  return {
    codes: summed(new Uint16Array(bytes, 0, losses / 2), count),
    above: lossesOf(new Uint8Array(bytes, losses, ends - losses), count),
    ends: new Uint16Array(bytes.slice(ends)),
  };
}

/** Each number was sent as its difference from the one before; fixed-width arithmetic wraps as Python's did. */
function summed(changes, count) {
  for (let first = 0; first < changes.length; first += count) {
    for (let at = first + 1; at < first + count; at += 1) changes[at] += changes[at - 1];
  }
  return changes;
}

/** float32 numbers of their leading bits: three bytes for each, all lowest ones first. */
function lossesOf(bytes, count) {
  const size = bytes.length / 3;
  const bits = new Uint32Array(size);
  for (let k = 0; k < size; k += 1) bits[k] = bytes[k] | (bytes[size + k] << 8) | (bytes[2 * size + k] << 16);
  summed(bits, count);
  for (let k = 0; k < size; k += 1) bits[k] = (bits[k] & 0xffffff) << CUT;
  return new Float32Array(bits.buffer);
}

/** Reads the run of a method at the present settings into its room. */
export function readRun(state, method) {
  const { steps, surface, momenta, reach, base, fates } = state.data;
  const { run, all } = method;
  const count = steps + 1;
  const dims = surface.window.length;
  const runs = method.usesMomentum ? momenta.length : 1;
  const chosen = indexOf(state.rate) * runs + (method.usesMomentum ? indexOf(state.beta) : 0);
  for (let axis = 0; axis < dims; axis += 1) {
    const [low, high] = surface.window[axis];
    const scale = ((2 * reach + 1) * (high - low)) / LEVELS;
    const least = low - reach * (high - low);
    const first = (chosen * dims + axis) * count;
    for (let t = 0; t < count; t += 1) {
      const code = all.codes[first + t];
      run.axes[axis][t] = code === OUTSIDE ? NaN : least + code * scale;
    }
  }
  for (let t = 0; t < count; t += 1) {
    run.above[t] = all.above[chosen * count + t];
    run.losses[t] = base + run.above[t];
  }
  run.lost = all.ends[2 * chosen];
  run.fate = fates[all.ends[2 * chosen + 1]];
  if (isExplained(state, method.key)) takeExplained(state.data, run);
  run.end = Math.min(run.lost, count);
  // A point too far out to be kept ends the drawn path, even where the loss is still a number.
  for (let t = 0; t < run.end; t += 1) {
    if (run.axes.some((values) => Number.isNaN(values[t]))) run.end = t;
  }
}

/** Whether the run that came with the explanation is this method's at the present settings. */
export function isExplained(state, key) {
  const { trace } = state.data;
  return (
    Boolean(trace) &&
    trace.method === key &&
    trace.rate === indexOf(state.rate) &&
    (!trace.usesMomentum || trace.momentum === indexOf(state.beta))
  );
}

/** The numbers explained are the ones drawn: where a run is chaotic, another rounding would be another run. */
function takeExplained({ trace, surface, base, reach }, run) {
  trace.points.forEach((point, t) => {
    point.forEach((value, axis) => {
      const [low, high] = surface.window[axis];
      run.axes[axis][t] = Math.abs(value - (low + high) / 2) <= (reach + 0.5) * (high - low) ? value : NaN;
    });
    run.losses[t] = trace.losses[t];
    run.above[t] = trace.losses[t] - base;
  });
  [run.lost, run.fate] = [trace.lost, trace.fate];
}
