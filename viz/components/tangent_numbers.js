// The numbers where the points stand, and how they are written. For tangent_board.

/** All numbers of the present view. error: f(x + epsilon) - line in float64; error32: its size in float32. */
function numbersAt(state) {
  const { wide, wide32, slopes, slopes32, errors, near32, curvatures, floor } = state.arrays;
  const { at, step } = state;
  const pad = (wide.length - slopes.length) / 2;
  const epsilon = epsilonOf(state);
  const here = wide[pad + at];
  const slope = slopes[at];
  const count = state.data.epsilons.length;
  const usable = Number.isFinite(slope) ? slope : 0;
  const numbers = { x: xAt(state, at), epsilon, here, slope, curvature: curvatures[at], floor: floor[at] };
  let next32;
  if (step.family !== undefined) {
    const place = 2 * count * at + step.family + (state.negative ? count : 0);
    numbers.error = errors[place];
    numbers.next = here + usable * epsilon + errors[place];
    numbers.secant = usable + errors[place] / epsilon;
    next32 = near32[place];
  } else {
    const beside = pad + at + (state.negative ? -step.whole : step.whole);
    numbers.next = wide[beside];
    numbers.error = numbers.next - here - usable * epsilon;
    numbers.secant = (numbers.next - here) / epsilon;
    next32 = wide32[beside];
  }
  numbers.line = here + slope * epsilon;
  if (!Number.isFinite(slope)) numbers.error = NaN;
  numbers.error32 = error32(wide32[pad + at], slopes32[at], epsilon, next32);
  return numbers;
}

/** |next - (here + slope * epsilon)|, every operation rounded to float32. */
function error32(here, slope, epsilon, next) {
  const line = Math.fround(here + Math.fround(slope * Math.fround(epsilon)));
  return Math.abs(Math.fround(next - line));
}

/** The float32 errors of every epsilon on the present side: [epsilon, error32, float64 error]. */
function errorsAt(state) {
  const { wide32, slopes, slopes32, errors, near32 } = state.arrays;
  const count = state.data.epsilons.length;
  const pad = (wide32.length - slopes.length) / 2;
  const first = 2 * count * state.at + (state.negative ? count : 0);
  return state.data.epsilons.map((size, k) => {
    const signed = state.negative ? -size : size;
    const single = error32(wide32[pad + state.at], slopes32[state.at], signed, near32[first + k]);
    return [size, single, Number.isFinite(slopes[state.at]) ? Math.abs(errors[first + k]) : NaN];
  });
}

const EXPONENTS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (power) => [...String(power)].map((sign) => EXPONENTS["-0123456789".indexOf(sign)]).join("");

/** A number with so many significant digits, without idle zeros; a true minus sign. */
function number(value, digits = 5) {
  if (Number.isNaN(value)) return "undefined";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [mantissa, power] = value.toExponential(Math.min(digits, 4) - 1).split("e");
    const front = Number(mantissa) === 1 ? "" : Number(mantissa) === -1 ? "−" : `${Number(mantissa)} · `;
    return `${front}10${raised(Number(power))}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** In brackets if negative, to stand behind a sign. */
const term = (value, digits) => (value < 0 ? `(${number(value, digits)})` : number(value, digits));

/** A value to as many decimals as a change of ``size`` needs to be seen to four digits, as far as float64 goes. */
function finely(value, size) {
  if (!Number.isFinite(value)) return number(value);
  const most = 15 - Math.ceil(Math.log10(Math.max(Math.abs(value), 1e-3)));
  const decimals = clamp(4 + Math.ceil(-Math.log10(size)), 4, Math.max(most, 0));
  const text = String(Number(value.toFixed(decimals)));
  return text.includes("e") ? number(value) : text.replace("-", "−");
}

function write(state, now) {
  const size = Math.abs(now.epsilon);
  const fine = (value) => finely(value, size);
  const behind = (value) => (value < 0 ? `(${fine(value)})` : fine(value));
  const epsilon = number(now.epsilon);
  const beside = fine(now.x + now.epsilon);
  const known = Number.isFinite(now.here) && Number.isFinite(now.next);
  const usable = Number.isFinite(now.here) && Number.isFinite(now.slope);
  const texts = {
    secant: known
      ? `(f(${beside}) − f(${fine(now.x)})) / ${term(now.epsilon)} = (${fine(now.next)} − ${behind(now.here)}) / `
        + `${term(now.epsilon)} = ${number(now.secant, 7)}`
      : `f(${Number.isFinite(now.here) ? beside : fine(now.x)}) has no finite value`,
    tangent: Number.isFinite(now.here) ? `f′(${fine(now.x)}) = ${number(now.slope, 7)}` : "none: no point to touch",
    line: usable
      ? `f(x) + f′(x) · ε = ${fine(now.here)} + ${term(now.slope, 7)} · ${term(now.epsilon)} = ${fine(now.line)}`
      : "no straight line to follow",
    true: `f(${beside}) = ${fine(now.next)}`,
    error: usable && known ? `${number(Math.abs(now.error), 3)}; in float32 ${number(now.error32, 3)}` : "–",
  };
  for (const [name, text] of Object.entries(texts)) {
    if (state.rows[name].textContent !== text) state.rows[name].textContent = text;
  }
  const fails = state.sentences.has(state.at);
  const agree = `At x = ${number(now.x, 7)} the slopes from the left and from the right agree: f has a derivative.`;
  const verdict = state.sentences.get(state.at) ?? `${agree} ${state.data.between}`.trim();
  if (state.verdict.textContent !== verdict) state.verdict.textContent = verdict;
  state.verdict.classList.toggle("fails", fails);
  state.root.dataset.fails = String(fails);
  writeControls(state, now, epsilon);
}
