// Numbers as they are written, and what they mean in words. For plane_board.

import { number as written } from "../shared/numbers.js";
import { NEARLY_FLAT } from "./arithmetic.js";

/** Three decimals, of small numbers three digits, and 0 for what is only rounding. */
export function number(value) {
  const size = Math.abs(value);
  if (size < 1e-9) return "0";
  return size < 0.1 ? written(value) : written(Math.round(value * 1000) / 1000, 12);
}

/** Above 0: with as many digits as it takes to tell it from another that it does not equal. */
function told(value, other) {
  if (Math.abs(value - other) <= 1e-9 * Math.max(1, other)) return number(value);
  let digits = 3;
  while (digits < 12 && value.toFixed(digits) === other.toFixed(digits)) digits += 1;
  return digits === 3 ? number(value) : written(Number(value.toFixed(digits)), 15);
}

export const vector = (values) => `[${values.map(number).join(", ")}]`;

/** A part of 1, to a tenth of a percent; never 0 or all where it is not. */
function percent(share) {
  const tenths = Math.round(1000 * share);
  if (tenths <= 0) return share > 1e-12 ? "under 0.1\u00a0%" : "0\u00a0%";
  if (tenths >= 1000) return share < 1 - 1e-12 ? "over 99.9\u00a0%" : "100\u00a0%";
  return `${tenths / 10}\u00a0%`;
}

/** How much is kept, flattened onto either axis, and put on the origin. */
const threeParts = ([kept, first, second, zero]) => [kept, first + second, zero];

const PLAIN = Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹⁻"].map((sign, k) => [sign, "0123456789-"[k]]));

/** The number typed, with a comma, a true minus sign or as it is written here, 1.2·10⁻⁷; NaN for anything else. */
export function typedNumber(text) {
  const power = (raised) => `e${[...raised].map((sign) => PLAIN[sign]).join("")}`;
  const plain = text
    .trim()
    .replaceAll("−", "-")
    .replace(",", ".")
    .replace(/^(-?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "$11·10")
    .replace(/ ?[·×] ?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, raised) => power(raised));
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

export const determinantText = (determinant) => `${determinant < 0 ? "−" : ""}${told(Math.abs(determinant), 1)}`;

export function determinantWords(determinant, singular, rank, relu) {
  if (rank === 0) return "0: the plane is squashed onto a point";
  if (rank === 1) return "0: the plane is squashed onto a line, and every area becomes 0";
  const size = Math.abs(determinant);
  const factor = told(size, 1);
  let words = size > 1 ? `areas grow ${factor} times` : `areas shrink to ${factor} of what they were`;
  if (Math.abs(size - 1) <= 1e-9) words = "areas stay as they are";
  const flipped = determinant < 0 ? ", and the plane is turned over: orientation flips" : "";
  const flat = singular[1] < NEARLY_FLAT ? ". The plane is nearly squashed onto a line" : "";
  return `${determinantText(determinant)}: ${relu ? "before relu, " : ""}${words}${flipped}${flat}`;
}

export function eigenWords({ values, directions, every }) {
  if (!values.length) return "none is real: no direction keeps its line";
  if (every) return `λ = ${number(values[0])}: every direction keeps its line`;
  if (values.length === 1) {
    return `λ = ${number(values[0])} along ${vector(directions[0])}, the only direction that keeps its line`;
  }
  const each = values.map((value, k) => `λ = ${number(value)} along ${vector(directions[k])}`);
  return `${each.join("; ")}. W leaves these two lines through [0, 0] in place`;
}

export function singularWords([long, short], rank) {
  const axes = `${told(long, short)} and ${told(short, long)}`;
  if (rank === 0) return `${axes}: the unit circle becomes a point`;
  if (rank === 1) return `${axes}: the unit circle becomes a straight piece`;
  if (long - short <= 1e-9 * Math.max(1, long)) return `${axes}: the unit circle stays a circle`;
  return `${axes}: the unit circle becomes an ellipse with these half axes`;
}

export function reluWords(relu, [directions, own], shape) {
  if (!relu) return "off: straight lines stay straight";
  const [kept, pressed, zero] = threeParts(directions).map(percent);
  return (
    `far out, where b hardly matters, it keeps ${kept} of all directions, flattens ${pressed} onto the two axes, ` +
    `puts ${zero} on the origin. ${objectWords(threeParts(own), shape)}`
  );
}

/** Areas are computed exactly; of a picture the pixels are counted. */
function objectWords(parts, { polygons, points, ink }) {
  const count = points?.length;
  const [kept, pressed, zero] = parts.map(polygons ? percent : (share) => String(Math.round(share * count)));
  const whole = polygons
    ? "Of the object’s area"
    : `Of the object’s ${count} ${ink ? "pixels with ink" : "pixels"}, each counted by its middle,`;
  return `${whole} it keeps ${kept}, flattens ${pressed}, puts ${zero} on the origin`;
}
