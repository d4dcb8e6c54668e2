// The tiny model's loss at any W, from the exact polynomial; what is shown of it, and said. For gradient_board.

import { number } from "../shared/numbers.js";

/** constant + slope·w + w·curvature·w / 2, which is exact. */
export function lossAt({ constant, slope, curvature }, weights) {
  let total = constant;
  for (let i = 0; i < weights.length; i += 1) {
    let curved = 0;
    for (let j = 0; j < weights.length; j += 1) curved += curvature[i][j] * weights[j];
    total += weights[i] * (slope[i] + curved / 2);
  }
  return total;
}

export function gradientAt({ slope, curvature }, weights) {
  return slope.map((value, i) => value + curvature[i].reduce((sum, part, j) => sum + part * weights[j], 0));
}

function dot(a, b) {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

/** Everything shown at the present W: JAX's own results once W rests, else from the polynomial. */
export function look(state) {
  const { polynomial, found, angles, weights: settled } = state.data;
  const rests = state.weights.every((value, k) => value === settled[k]);
  const gradient = rests ? found.gradient : gradientAt(polynomial, state.weights);
  const loss = rests ? found.loss : lossAt(polynomial, state.weights);
  const [g0, g1] = state.pair.map((entry) => gradient[entry]);
  const samePair = rests && state.pair.every((entry, k) => entry === found.pair[k]);
  const curved = dot(gradient, gradientAt({ ...polynomial, slope: gradient.map(() => 0) }, gradient));
  const rate = rateOf(state);
  const landing = state.weights.map((value, k) => value - rate * gradient[k]);
  const square = dot(gradient, gradient);
  return {
    rests,
    gradient,
    loss,
    rate,
    landing,
    square,
    pairSlope: Math.hypot(g0, g1),
    slopes: samePair ? found.slopes : angles.map((angle) => g0 * Math.cos(angle) + g1 * Math.sin(angle)),
    largest: rests ? found.largest : square > 0 ? (2 * square) / curved : null,
    after: lossAt(polynomial, landing),
    promised: loss - rate * square,
  };
}

export const rateOf = (state) => (state.data.limit * Number(state.rate.value)) / state.data.rateSteps;
export const tidy = (value) => Math.round(value * 1000) / 1000;

/** How far from 0 the pictures reach: what Python says of the settled W, doubled while W lies outside. */
export function reach(state) {
  let far = state.data.window;
  while (far < Math.max(...state.weights.map(Math.abs))) far *= 2;
  return far;
}

/** The loss axis stays while the loss fits it well; during a drag it only rises. The arrows' scale only grows. */
export function rescale(state, { loss, rests, gradient }) {
  state.steep = Math.max(state.steep, ...gradient.map(Math.abs)) || 1;
  const fits = loss < 0.92 * state.top && (!rests || loss > 0.12 * state.top || state.top <= state.lowTop);
  if (!fits) state.top = Math.max(state.lowTop, niceAbove(1.6 * loss));
}

export function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 3, 5, 10].map((factor) => factor * power).find((size) => size >= value);
}

export function partial(name, slope) {
  return `∂loss/∂${name} = ${slope > 0 ? "+" : ""}${number(slope)}`;
}

export function writeWords(state, seen) {
  const { loss, after, rate, largest, square, promised } = seen;
  state.rate.nextElementSibling.textContent = number(rate);
  state.rate.setAttribute("aria-valuetext", `learning rate ${number(rate)}`);
  const taken = state.path.length - 1 - (state.from ?? 0);
  const count = taken > 0 ? `After ${taken} ${taken === 1 ? "step" : "steps"}: loss ` : "Loss now ";
  let words = `${count}${number(loss, 4)}. `;
  if (square < 1e-18) words += "The gradient is zero: no small change of W lowers the loss.";
  else {
    const verdict = after < loss ? "lower" : after > loss ? "higher: the step is too large" : "the same";
    words +=
      `One step of ${number(rate)} gives ${number(after, 4)}, ${verdict}; the slope promised ` +
      `${number(promised, 4)}. Every learning rate below ${number(largest)} lowers the loss here.`;
  }
  if (state.summary.textContent !== words) state.summary.textContent = words;
  const best = seen.slopes.indexOf(Math.max(...seen.slopes));
  const [g0, g1] = state.pair.map((entry) => seen.gradient[entry]);
  const own = ((Math.atan2(g1, g0) * 180) / Math.PI + 360) % 360;
  const degrees = (state.data.angles[best] * 180) / Math.PI;
  state.steepest.textContent =
    seen.pairSlope < 1e-9
      ? "Flat in every direction of these two entries."
      : `Steepest of the 36 directions: ${number(degrees)}° with slope ${number(seen.slopes[best])}. Along the gradient, ` +
        `${number(own)}°, the slope is ${number(seen.pairSlope)}, the gradient's length; no direction is steeper.`;
  const names = state.pair.map((entry) => state.data.names[entry]).join(" and ");
  state.map.setAttribute("aria-label", `The loss over ${names} with the gradient's arrow at the present W.`);
  state.handle.setAttribute("aria-label", `${names}; move with the arrow keys`);
  state.compass.setAttribute("aria-label", state.steepest.textContent);
  state.line.setAttribute("aria-label", words);
}
