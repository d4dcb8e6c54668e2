// The numbers where the points stand, and how they are written. For tangent_board.

import { number as written } from "../shared/numbers.js";
import { clamp, epsilonOf, nearestFamily, xAt } from "./places.js";

/**
 * All numbers of the present view. answer: what jax.grad says. slope: of the tangent; NaN where f has no derivative, and
 * where it has another than JAX answers, that one. error: f(x + epsilon) - line in float64; error32: its size in float32.
 */
export function numbersAt(state) {
  const { wide, wide32, slopes, near, near32, curvatures, floor } = state.arrays;
  const { at, step } = state;
  const pad = (wide.length - slopes.length) / 2;
  const epsilon = epsilonOf(state);
  const here = wide[pad + at];
  const [slope, slope32] = tangentAt(state);
  const count = state.data.epsilons.length;
  const numbers = {
    x: xAt(state, at),
    epsilon,
    here,
    slope,
    answer: slopes[at],
    curvature: curvatures[at],
    floor: floor[at],
  };
  let next32;
  if (step.family !== undefined) {
    const place = 2 * count * at + step.family + (state.negative ? count : 0);
    numbers.next = near[place];
    next32 = near32[place];
  } else {
    const beside = pad + at + (state.negative ? -step.whole : step.whole);
    numbers.next = wide[beside];
    next32 = wide32[beside];
  }
  numbers.secant = (numbers.next - here) / epsilon;
  numbers.line = here + slope * epsilon;
  numbers.error = numbers.next - here - slope * epsilon;
  numbers.error32 = error32(wide32[pad + at], slope32, epsilon, next32);
  return numbers;
}

/** The slope of the tangent in float64 and float32; NaN where there is none. */
function tangentAt({ at, told, arrays: { slopes, slopes32 } }) {
  if (!told.has(at)) return [slopes[at], slopes32[at]];
  const slope = told.get(at).slope ?? NaN;
  return [slope, Math.fround(slope)];
}

/** |next - (here + slope * epsilon)|, every operation rounded to float32. */
function error32(here, slope, epsilon, next) {
  const line = Math.fround(here + Math.fround(slope * Math.fround(epsilon)));
  return Math.abs(Math.fround(next - line));
}

/** The float32 errors of every epsilon on the present side: [epsilon, error32, float64 error]. */
export function errorsAt(state) {
  const { wide, wide32, slopes, near, near32 } = state.arrays;
  const count = state.data.epsilons.length;
  const here = (wide32.length - slopes.length) / 2 + state.at;
  const [slope, slope32] = tangentAt(state);
  const first = 2 * count * state.at + (state.negative ? count : 0);
  return state.data.epsilons.map((size, k) => {
    const signed = state.negative ? -size : size;
    const single = error32(wide32[here], slope32, signed, near32[first + k]);
    return [size, single, Math.abs(near[first + k] - wide[here] - slope * signed)];
  });
}

/** A number of f, with five significant digits, four before a power of ten; where there is none, f is undefined. */
export function number(value, digits = 5) {
  if (Number.isNaN(value)) return "undefined";
  const text = written(value, digits);
  return text.includes("·10") ? written(value, Math.min(digits, 4)) : text;
}

/** In brackets if negative or a product, to stand behind a sign. */
const bracketed = (text) => (/^−|·/u.test(text) ? `(${text})` : text);
const term = (value, digits) => bracketed(number(value, digits));

/** A value to as many decimals as a change of ``size`` needs to be seen to four digits, as far as float64 goes. */
function finely(value, size) {
  if (!Number.isFinite(value)) return number(value);
  const most = 15 - Math.ceil(Math.log10(Math.max(Math.abs(value), 1e-3)));
  const decimals = clamp(4 + Math.ceil(-Math.log10(size)), 4, Math.max(most, 0));
  const shown = Number(value.toFixed(decimals));
  const text = String(shown);
  // A value that is not 0 is not written as 0, however small it is beside epsilon.
  return text.includes("e") || (shown === 0 && value !== 0) ? number(value) : text.replace("-", "−");
}

export function write(state, now) {
  const size = Math.abs(now.epsilon);
  const change = Math.abs(now.next - now.here);
  const fine = (value) => finely(value, size);
  // As many digits as the change of f needs to be seen, where that is smaller than epsilon.
  const finer = (value) => finely(value, change > 0 && change < size ? change : size);
  const epsilon = number(now.epsilon);
  const here = fine(now.x);
  const beside = fine(now.x + now.epsilon);
  const known = Number.isFinite(now.here) && Number.isFinite(now.next);
  const usable = Number.isFinite(now.here) && Number.isFinite(now.slope);
  const texts = {
    secant: known
      ? `(f(${beside}) − f(${here})) / ${term(now.epsilon)} = (${finer(now.next)} − ${bracketed(finer(now.here))}) / ` +
        `${term(now.epsilon)} = ${number(now.secant, 7)}`
      : `none: f(${Number.isFinite(now.here) ? beside : here}) has no finite value`,
    tangent: tangentText(now, here),
    line: usable
      ? `f(x) + f′(x) · ε = ${fine(now.here)} + ${term(now.slope, 7)} · ${term(now.epsilon)} = ${fine(now.line)}`
      : "no straight line to follow",
    true: Number.isFinite(now.next) ? `f(${beside}) = ${fine(now.next)}` : `f(${beside}) has no finite value`,
    error: usable && known ? `${number(Math.abs(now.error), 3)}; in float32 ${number(now.error32, 3)}` : "–",
  };
  for (const [name, text] of Object.entries(texts)) {
    if (state.rows[name].textContent !== text) state.rows[name].textContent = text;
  }
  const told = state.told.get(state.at);
  const agree = `At x = ${number(now.x, 7)} the slopes from the left and from the right agree: f has a derivative.`;
  const verdict = told?.text ?? `${agree} ${state.data.between}`.trim();
  if (state.verdict.textContent !== verdict) state.verdict.textContent = verdict;
  const fails = Boolean(told) && told.slope === null;
  state.verdict.classList.toggle("fails", fails);
  state.verdict.classList.toggle("doubts", Boolean(told) && !fails);
  state.root.dataset.fails = String(fails);
  writeControls(state, now, epsilon);
}

function tangentText(now, here) {
  if (!Number.isFinite(now.here)) return "none: no point to touch";
  return Number.isNaN(now.slope) ? "none: no derivative here" : `f′(${here}) = ${number(now.slope, 7)}`;
}

function writeControls(state, now, epsilon) {
  state.x.value = String(state.at);
  state.epsilon.value = String(state.step.family ?? nearestFamily(state, Math.abs(now.epsilon)));
  for (const [slider, text] of [
    [state.x, number(now.x, 7)],
    [state.epsilon, epsilon],
  ]) {
    if (slider.nextElementSibling.textContent !== text) slider.nextElementSibling.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }
  state.side.setAttribute("aria-pressed", String(state.negative));
}
