// Where the tangent's board stands: x and ε on their sliders.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const xAt = (state, at) => state.data.window[0] + at * state.data.step;

export function epsilonOf(state) {
  const { step } = state;
  const size = step.family === undefined ? step.whole * state.data.step : state.data.epsilons[step.family];
  return state.negative ? -size : size;
}

/** The member of the family nearest to a size, on the logarithmic scale of the slider. */
export function nearestFamily(state, size) {
  const off = state.data.epsilons.map((epsilon) => Math.abs(Math.log(epsilon / size)));
  return off.indexOf(Math.min(...off));
}
