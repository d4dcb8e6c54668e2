// The one form in which pictures write numbers; engine/numbers.py has the same for sentences.

const RAISED = { ...[..."⁰¹²³⁴⁵⁶⁷⁸⁹"], "-": "⁻" };

/** A true minus sign. */
export const withMinus = (text) => text.replaceAll("-", "−");

/** A whole power as it stands behind its base: ⁻⁷. */
export const raised = (power) => [...String(power)].map((sign) => RAISED[sign]).join("");

/** So many significant digits without idle zeros: 0.00125, 12300, 1.25·10⁻⁷, −10⁹, ∞. */
export function number(value, digits = 3) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -3 && power < 5) return withMinus(String(Number(value.toPrecision(digits))));
  const factor = { 1: "", "-1": "-" }[Number(mantissa)] ?? `${Number(mantissa)}·`;
  return `${withMinus(factor)}10${raised(power)}`;
}
