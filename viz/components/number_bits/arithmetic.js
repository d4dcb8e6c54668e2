// Bits as numbers, exactly: values are whole numbers times a power of ten, as BigInt, so nothing is rounded here.

import { raised } from "../shared/numbers.js";

export function minus(text) {
  return String(text).replace(/-/g, "−");
}

/** The fields of a format from the highest bit on: name, first bit, length. */
export function fieldsOf({ kind, bits, exponent, fraction }) {
  if (kind === "floating") {
    return [
      ["sign", 0, 1],
      ["exponent", 1, exponent],
      ["fraction", 1 + exponent, fraction],
    ];
  }
  return kind === "signed"
    ? [
        ["sign", 0, 1],
        ["value", 1, bits - 1],
      ]
    : [["value", 0, bits]];
}

/** What one bit counts, as text; index 0 is the highest bit. */
export function weightOf(form, index) {
  const floating = form.kind === "floating";
  if (floating && index === 0) return "±";
  if (floating && index > form.exponent) return `2${raised(form.exponent - index)}`;
  const power = (floating ? form.exponent : form.bits - 1) - index;
  const size = power < 10 ? String(2 ** power) : `2${raised(power)}`;
  return form.kind === "signed" && index === 0 ? `−${size}` : size;
}

/** Bits → {meaning, negative, whole, power}: whole * 2^power, of a floating number also its fields as numbers. */
function read(bits, form) {
  const whole = BigInt(`0b${bits}`);
  if (form.kind !== "floating") {
    const negative = form.kind === "signed" && bits[0] === "1";
    return { meaning: "integer", negative, whole: negative ? (1n << BigInt(form.bits)) - whole : whole, power: 0 };
  }
  const negative = bits[0] === "1";
  const exponent = parseInt(bits.slice(1, 1 + form.exponent), 2);
  const fraction = BigInt(`0b${bits.slice(1 + form.exponent)}`);
  const bias = 2 ** (form.exponent - 1) - 1;
  const fields = { negative, exponent, fraction, bias };
  if (exponent === 2 ** form.exponent - 1) return { ...fields, meaning: fraction ? "nan" : "infinity" };
  const hidden = exponent ? 1n << BigInt(form.fraction) : 0n;
  const scale = Math.max(exponent, 1) - bias;
  const meaning = exponent ? "normal" : fraction ? "subnormal" : "zero";
  return { ...fields, meaning, scale, hidden, whole: hidden + fraction, power: scale - form.fraction };
}

/** whole * 2^power → {whole, tens}: whole * 10^tens, exactly. */
function decimal({ negative, whole, power }) {
  const sized = power < 0 ? whole * 5n ** BigInt(-power) : whole << BigInt(power);
  return { negative, whole: sized, tens: Math.min(power, 0) };
}

/** Every digit of whole * 10^tens; with a power of ten where there would be many zeros. */
function digits({ negative, whole, tens }) {
  let text = String(whole);
  const bare = tens < 0 ? text.replace(/0+$/, "") : text;
  tens += text.length - bare.length;
  text = bare || "0";
  const sign = negative ? "-" : "";
  if (whole === 0n) return `${sign}0`;
  const first = text.length - 1 + tens;
  if (first < -8 || first > 30) {
    const short = text.replace(/0+$/, "");
    return `${sign}${short[0]}${short.length > 1 ? `.${short.slice(1)}` : ""}e${first}`;
  }
  if (tens >= 0) return sign + text + "0".repeat(tens);
  const padded = text.padStart(1 - tens, "0");
  return `${sign}${padded.slice(0, tens)}.${padded.slice(tens)}`;
}

/** The exact value of bits as text: all its decimal digits, or inf, -inf, nan. */
export function valueText(bits, form) {
  const found = read(bits, form);
  if (found.meaning === "nan") return "nan";
  if (found.meaning === "infinity") return found.negative ? "-inf" : "inf";
  if (form.kind === "boolean") return found.whole ? "True" : "False";
  return digits(decimal(found));
}

/** Stored minus typed, exactly; typed is a decimal number as Python writes it, or null. Null without an answer. */
export function difference(bits, form, typed) {
  const found = read(bits, form);
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/.exec(typed ?? "");
  if (!parts || found.whole === undefined) return null;
  const stored = decimal(found);
  const behind = parts[3] ?? "";
  const power = Number(parts[4] ?? 0) - behind.length;
  const other = { negative: parts[1] === "-", whole: BigInt(parts[2] + behind), tens: power };
  const tens = Math.min(stored.tens, other.tens);
  const signed = ({ negative, whole, tens: own }) => (negative ? -1n : 1n) * whole * 10n ** BigInt(own - tens);
  const result = signed(stored) - signed(other);
  return digits({ negative: result < 0n, whole: result < 0n ? -result : result, tens });
}

/** How the bits make the value, line by line: what, and the sum or product. */
export function derivation(bits, form) {
  const found = read(bits, form);
  if (form.kind === "boolean") return [["the last bit", found.whole ? "1 = True" : "0 = False"]];
  const value = minus(valueText(bits, form));
  if (form.kind !== "floating") {
    const terms = [...bits].flatMap((bit, index) => {
      if (bit === "0") return [];
      const size = 2 ** (form.bits - 1 - index);
      return [form.kind === "signed" && index === 0 ? `−${size}` : `${size}`];
    });
    return [["the weights of the ones", `${terms.join(" + ") || "0"} = ${value}`]];
  }
  const sign = `(−1)${raised(Number(found.negative))}`;
  const lines = [["sign", `${sign} = ${found.negative ? "−1" : "+1"}`]];
  if (found.meaning === "nan" || found.meaning === "infinity") {
    const kind = found.meaning === "nan" ? "is not 0, so this is nan, not a number" : "is 0, so this is infinity";
    return [...lines, ["exponent", "all ones: no ordinary number"], ["fraction", `it ${kind}`]];
  }
  const lead = found.hidden ? "1" : "0";
  const part = digits(decimal({ negative: false, whole: found.whole, power: -form.fraction }));
  const least = found.hidden
    ? `${found.exponent} − ${found.bias} = ${minus(found.scale)}`
    : `all zeros: ${minus(found.scale)}, and the significand begins with 0`;
  lines.push(["exponent", least]);
  lines.push(["significand", `${lead} + ${found.fraction} / 2${raised(form.fraction)} = ${part}`]);
  lines.push(["value", `${sign} × ${part} × 2${raised(found.scale)}`]);
  return lines;
}
