// The families of runs as Python packed them, and one run read out of them. For descent_board.

const LEVELS = 65000;
const OUTSIDE = 65535;
const UNDEFINED = 65534;

function valuesOf(surface) {
  return new Float32Array(bytesOf(surface.values).buffer);
}

/** A method with its codes, taken from the last data where they are the same, and room for one run. */
async function unpacked(state, data, method) {
  const known = state.methods.find(({ packed }) => packed === method.packed);
  const count = data.steps + 1;
  return {
    ...method,
    codes: known?.codes ?? (await codesOf(method.packed, count)),
    dashes: method.dash.split(" ").map(Number).filter((size) => size),
    run: {
      // Coordinates; NaN beyond what is kept. logs: log10 of the loss above the lowest one. heights: the loss.
      axes: data.surface.window.map(() => new Float32Array(count)),
      logs: new Float32Array(count), heights: new Float64Array(count),
      // Pixels on the map. end: how many points there are to draw; fate: why there are no more.
      px: new Float32Array(count), py: new Float32Array(count), end: 0, fate: "",
    },
  };
}

/** Codes along time, each sent as its difference from the one before; 16-bit arithmetic wraps as Python's did. */
async function codesOf(text, count) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const codes = new Uint16Array(await new Response(stream).arrayBuffer());
  for (let first = 0; first < codes.length; first += count) {
    for (let at = first + 1; at < first + count; at += 1) codes[at] += codes[at - 1];
  }
  return codes;
}

/** Reads the run of a method at the present settings into its room. */
function readRun(state, method) {
  const { steps, surface, momenta, reach, lossRange, base } = state.data;
  const { run, codes } = method;
  const count = steps + 1;
  const dims = surface.window.length;
  const runs = method.usesMomentum ? momenta.length : 1;
  const chosen = indexOf(state.rate) * runs + (method.usesMomentum ? indexOf(state.beta) : 0);
  const first = chosen * (dims + 1) * count;
  run.end = count;
  run.fate = "";
  for (let axis = 0; axis < dims; axis += 1) {
    const [low, high] = surface.window[axis];
    const scale = ((2 * reach + 1) * (high - low)) / LEVELS;
    const least = low - reach * (high - low);
    for (let t = 0; t < count; t += 1) {
      const code = codes[first + axis * count + t];
      run.axes[axis][t] = code === OUTSIDE ? NaN : least + code * scale;
    }
  }
  const lossAt = first + dims * count;
  for (let t = 0; t < count; t += 1) {
    const code = codes[lossAt + t];
    const lost = code === OUTSIDE || code === UNDEFINED;
    run.logs[t] = lost ? Infinity : lossRange[0] + (code / LEVELS) * lossRange[1];
    run.heights[t] = base + 10 ** run.logs[t];
    if (lost && !run.fate) {
      run.end = t;
      run.fate = code === UNDEFINED ? "undefined" : "diverged";
    }
  }
  // A point too far out to be kept ends the drawn path, even where the loss is still a number.
  for (let t = 0; t < run.end; t += 1) {
    if (run.axes.some((values) => Number.isNaN(values[t]))) run.end = t;
  }
}
