// A drawing as a short text for the page's address, and back. For drawing_board.
// Base 64 for addresses of: the pen's width, the number of strokes; for each stroke its number of points, then every
// point's steps across and down from the point before, the first from the last stroke's end. Numbers are whole, 7 bits
// to a byte with the lowest first, a set highest bit for more; steps 0, −1, 1, −2, 2, … are written as 0, 1, 2, 3, 4, …

import { bytesOf } from "../shared/packing.js";

const INK_TOLERANCE = 0.5; // canvas units a simplified line may be off; doubled until the text is short enough
const INK_CHARACTERS = 1600;
const INK_STROKES = 64;
const INK_POINTS = 1000;
const INK_REACH = [-280, 560]; // where the pen may be

/** The drawing's text; null where there is no ink, or no short text for it. */
export function encodeInk(strokes, brush) {
  if (!strokes.length || strokes.length > INK_STROKES) return null;
  for (let tolerance = INK_TOLERANCE; tolerance < 12; tolerance *= 2) {
    const lines = strokes.map((stroke) => settled(stroke, tolerance));
    const points = lines.reduce((sum, line) => sum + line.length / 2, 0);
    const text = points <= INK_POINTS ? textOf(numbersOf(lines, brush)) : "";
    if (text && text.length <= INK_CHARACTERS) return text;
  }
  return null;
}

/** The strokes and pen width of a text; null for whatever no board has written. */
export function decodeInk(text, [least, most]) {
  if (text.length > INK_CHARACTERS || !/^[\w-]+$/.test(text)) return null;
  try {
    const numbers = numbersIn(bytesOf(text.replaceAll("-", "+").replaceAll("_", "/")));
    const [brush, count] = [numbers.shift(), numbers.shift()];
    if (!(brush >= least && brush <= most && count >= 1 && count <= INK_STROKES)) return null;
    const place = [0, 0];
    const strokes = Array.from({ length: count }, () => {
      const steps = numbers.splice(0, 2 * Math.min(numbers.shift(), INK_POINTS));
      return steps.map((step, k) => (place[k % 2] += step % 2 ? -(step + 1) / 2 : step / 2));
    });
    const inside = ([low, high]) => strokes.flat().every((value) => value >= low && value <= high);
    const whole = strokes.every((stroke) => stroke.length >= 2 && stroke.length % 2 === 0);
    const right = whole && !numbers.length && inside(INK_REACH) && strokes.flat().length <= 2 * INK_POINTS;
    return right && textOf(numbersOf(strokes, brush)) === text ? { strokes, brush } : null;
  } catch {
    return null;
  }
}

function numbersOf(strokes, brush) {
  const place = [0, 0];
  return [
    brush,
    strokes.length,
    ...strokes.flatMap((stroke) => [
      stroke.length / 2,
      ...stroke.map((value, k) => {
        const step = value - place[k % 2];
        place[k % 2] = value;
        return step < 0 ? -2 * step - 1 : 2 * step;
      }),
    ]),
  ];
}

function textOf(numbers) {
  const bytes = numbers.flatMap((number) => {
    const parts = [];
    for (let rest = number; ; rest >>= 7) {
      if (rest < 128) return [...parts, rest];
      parts.push((rest % 128) + 128);
    }
  });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function numbersIn(bytes) {
  const numbers = [];
  let [number, shift] = [0, 0];
  for (const byte of bytes) {
    number += (byte % 128) << shift;
    shift += 7;
    if (byte >= 128 && shift < 21) continue;
    numbers.push(number);
    [number, shift] = [0, 0];
  }
  return numbers;
}

/** Simplified to whole numbers, until doing so again would change nothing: a drawing read from a link keeps its text. */
function settled(stroke, tolerance) {
  const line = simplified(stroke, tolerance).map(Math.round);
  return line.length < stroke.length || line.some((value, k) => value !== stroke[k]) ? settled(line, tolerance) : line;
}

/** The stroke [x, y, x, y, …] with as few of its points as keep every other one this near. Douglas and Peucker 1973. */
function simplified(stroke, tolerance) {
  const last = stroke.length / 2 - 1;
  const kept = new Set([0, last]);
  const open = [[0, last]];
  while (open.length) {
    const [from, to] = open.pop();
    let [far, most] = [-1, tolerance];
    for (let k = from + 1; k < to; k += 1) {
      const off = distanceTo(stroke, k, from, to);
      if (off > most) [far, most] = [k, off];
    }
    if (far < 0) continue;
    kept.add(far);
    open.push([from, far], [far, to]);
  }
  return stroke.filter((_, k) => kept.has(Math.floor(k / 2)));
}

/** From point k to the straight line between two others, or to its nearer end. */
function distanceTo(stroke, k, from, to) {
  const [x, y, x0, y0, x1, y1] = [k, from, to].flatMap((point) => [stroke[2 * point], stroke[2 * point + 1]]);
  const [across, down] = [x1 - x0, y1 - y0];
  const length = across ** 2 + down ** 2;
  const part = length ? Math.min(Math.max(((x - x0) * across + (y - y0) * down) / length, 0), 1) : 0;
  return Math.hypot(x - x0 - part * across, y - y0 - part * down);
}
