// Families of maps: what their sliders set, and which of them a map belongs to.

import { rotation } from "../shared/rotation.js";
import { degrees, product } from "./arithmetic.js";

export const NOTHING = [1, 0, 0, 1];

const angleOf = ({ W }) => Math.round(degrees(W[2], W[0]) * 1e6) / 1e6;

const turn = { title: "Turn it, degrees", min: -180, max: 180, step: 1, read: angleOf };

const plain = (W) => ({ W, b: [0, 0], relu: false });

/** Turned as a whole, so that the first arrow has the angle. */
const turned = ([angle], map) => ({ ...map, W: product(rotation(angle - angleOf(map)), map.W) });

const slider = (title, min, max, read, step = 0.05) => ({ title, min, max, step, read });

/** sliders: what they are set to, read from a map. make: the map at these settings; of general families, from the old. */
export const FAMILIES = {
  translation: {
    sliders: [slider("Right", -2, 2, ({ b }) => b[0]), slider("Up", -2, 2, ({ b }) => b[1])],
    make: (b) => ({ W: NOTHING, b, relu: false }),
  },
  rotation: {
    sliders: [{ ...turn, title: "Angle, degrees counter-clockwise" }],
    make: ([angle]) => plain(rotation(angle)),
  },
  scaling: {
    sliders: [slider("Across", -3, 3, ({ W }) => W[0]), slider("Upward", -3, 3, ({ W }) => W[3])],
    make: ([across, up]) => plain([across, 0, 0, up]),
  },
  skew: {
    sliders: [slider("Sideways, for each unit of height", -2, 2, ({ W }) => W[1])],
    make: ([rate]) => plain([1, rate, 0, 1]),
  },
  reflection: {
    sliders: [slider("Angle of the mirror line, degrees", -90, 90, (map) => angleOf(map) / 2, 1)],
    make: ([angle]) => plain(product(rotation(2 * angle), [1, 0, 0, -1])),
  },
  linear: { sliders: [turn], make: turned, general: ({ b, relu }) => !b.some(Boolean) && !relu },
  affine: { sliders: [turn], make: turned, general: ({ relu }) => !relu },
  relu: { sliders: [turn], make: turned, general: ({ relu }) => relu },
};

export function belongs(preset, map) {
  const { sliders, make, general } = FAMILIES[preset];
  if (general) return general(map);
  const made = make(
    sliders.map(({ read }) => read(map)),
    map,
  );
  const close = (one, other) => one.every((value, k) => Math.abs(value - other[k]) < 1e-7);
  return !map.relu && close(made.W, map.W) && close(made.b, map.b);
}

export function generalFamily(map) {
  if (map.relu) return "relu";
  if (!map.b.some(Boolean)) return "linear";
  return belongs("translation", map) ? "translation" : "affine";
}
