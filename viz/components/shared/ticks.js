// Round values along an axis, for the boards that draw one.

/** About as many as wanted, 1, 2, 5 or 10 times a power of ten apart. */
export function ticks(low, high, wanted = 5) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + 1e-9 * step; value += step) {
    found.push(Number(value.toPrecision(10)));
  }
  return found;
}

/** Whole powers of ten along a logarithmic axis: all of them, or every so many, so that at most ``most`` have labels. */
export function decades(low, high, most) {
  const steps = [1, 2, 4, 5, 10, 20, 50, 100, 200];
  const step = steps.find((size) => Math.floor(high / size) - Math.ceil(low / size) < most) ?? 500;
  const found = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) found.push(power);
  return found;
}
