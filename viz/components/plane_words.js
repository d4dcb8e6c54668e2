// Numbers as they are written, and what they mean in words. For plane_board.

/** At most three decimals, a true minus sign, no negative zero. */
function number(value) {
  const rounded = Math.round(value * 1000) / 1000 + 0;
  return String(Object.is(rounded, -0) ? 0 : rounded).replace("-", "−");
}

const vector = (values) => `[${values.map(number).join(", ")}]`;

/** Kept, flattened and put on the origin, in whole percents that add up to 100. */
function percents([kept, , , zero]) {
  const [first, last] = [kept, zero].map((share) => Math.round(100 * share));
  return [first, 100 - first - last, last].map((value) => `${value}\u00a0%`);
}

/** The number typed, with a comma or true minus sign too; NaN for anything else. */
function typedNumber(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

function determinantWords(determinant, singular, rank, relu) {
  if (rank === 0) return "0: the plane is squashed onto a point";
  if (rank === 1) return "0: the plane is squashed onto a line, and every area becomes 0";
  const size = Math.abs(determinant);
  const factor = number(size);
  let words = size > 1.0005 ? `areas grow ${factor} times` : `areas shrink to ${factor} of what they were`;
  if (Math.abs(size - 1) <= 0.0005) words = "areas stay as they are";
  const flipped = determinant < 0 ? ", and the plane is turned over: orientation flips" : "";
  const flat = singular[1] < NEARLY_FLAT ? ". The plane is nearly squashed onto a line" : "";
  return `${number(determinant)}: ${relu ? "before relu, " : ""}${words}${flipped}${flat}`;
}

function eigenWords({ values, directions, every }) {
  if (!values.length) return "none is real: no direction keeps its line";
  if (every) return `λ = ${number(values[0])}: every direction keeps its line`;
  if (values.length === 1) {
    return `λ = ${number(values[0])} along ${vector(directions[0])}, the only direction that keeps its line`;
  }
  const each = values.map((value, k) => `λ = ${number(value)} along ${vector(directions[k])}`);
  return `${each.join("; ")}. W leaves these two lines through [0, 0] in place`;
}

function singularWords([long, short], rank) {
  const axes = `${number(long)} and ${number(short)}`;
  if (rank === 0) return `${axes}: the unit circle becomes a point`;
  if (rank === 1) return `${axes}: the unit circle becomes a straight piece`;
  if (long - short < 0.0005) return `${axes}: the unit circle stays a circle`;
  return `${axes}: the unit circle becomes an ellipse with these half axes`;
}

function reluWords(relu, [plane, shape]) {
  if (!relu) return "off: straight lines stay straight";
  const [kept, pressed, zero] = percents(plane);
  const own = percents(shape);
  return `keeps ${kept} of the plane, flattens ${pressed} onto the two axes, puts ${zero} on the origin. `
    + `Of the object it keeps ${own[0]}, flattens ${own[1]}, puts ${own[2]} on the origin`;
}
