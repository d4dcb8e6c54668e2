// Exact counts and their texts, as engine/tensors/real_world.py makes them: whole numbers all the way, rounded only at the end.

import { raised } from "../shared/numbers.js";

export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const rounded = (numerator, denominator) => (2n * numerator + denominator) / (2n * denominator);
export const product = (sizes) => sizes.reduce((total, size) => total * BigInt(size), 1n);

function decimal(digits, places) {
  const unit = 10n ** BigInt(places);
  const fraction = places
    ? String(digits % unit)
        .padStart(places, "0")
        .replace(/0+$/, "")
    : "";
  return grouped(digits / unit) + (fraction && `.${fraction}`);
}

/** A quotient in three digits; below 0.01 it says so, from a million on it is a power of ten. */
function significant(numerator, denominator) {
  if (100n * numerator < denominator) return "less than 0.01";
  const whole = rounded(numerator, denominator);
  if (whole >= 1_000_000n) {
    let power = String(numerator / denominator).length - 1;
    let digits = rounded(100n * numerator, denominator * 10n ** BigInt(power));
    if (digits === 1000n) [power, digits] = [power + 1, 100n];
    return `${decimal(digits, 2)} × 10${raised(power)}`;
  }
  for (let places = 4; places >= 0; places -= 1) {
    const digits = rounded(numerator * 10n ** BigInt(places), denominator);
    if (digits < 1000n) return decimal(digits, places);
  }
  return grouped(whole);
}

/** A number of bytes with the prefix that suits it; base: 1000n or 1024n. */
function inPrefixes(count, base, prefixes) {
  if (count < base) return `${count} byte${count === 1n ? "" : "s"}`;
  let unit = base;
  for (const prefix of prefixes) {
    if (rounded(count, unit) < base || prefix === prefixes.at(-1)) return `${significant(count, unit)} ${prefix}`;
    unit *= base;
  }
  return "";
}

/** A number of bytes in decimal and, in brackets, binary prefixes. */
export function memoryText(count, { decimal: decimals, binary }) {
  const text = inPrefixes(count, 1000n, decimals);
  return count < 1000n ? text : `${text} (${inPrefixes(count, 1024n, binary)})`;
}

/** Against a laptop's memory, the MNIST training images, and the time of a download. */
export function comparisons(count, measures) {
  const laptop = BigInt(measures.laptop);
  const speed = BigInt(measures.speed);
  const used = ([, from, label]) => count >= BigInt(from) * speed || label === "s";
  const [unit, , name] = measures.durations.filter(used).at(-1);
  return [
    count <= laptop
      ? `fits: ${significant(100n * count, laptop)} % of it`
      : `does not fit: ${significant(count, laptop)} times as much`,
    `${significant(count, BigInt(measures.mnist))} times as much`,
    `${significant(count, BigInt(unit) * speed)} ${name}`,
  ];
}
