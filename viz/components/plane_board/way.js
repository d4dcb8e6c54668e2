// The way from the plane as it was to the map as it is, and what changes it.

import { request } from "../shared/board.js";
import { determinantOf, isRotation, same } from "./arithmetic.js";
import { belongs, generalFamily } from "./families.js";

export const within = (value, most) => Math.min(Math.max(value, -most), most);

/** Other numbers: shown whole, under the family of maps they belong to. */
export function change(state, part) {
  state.map = { ...state.map, ...part };
  state.player.stop();
  state.part = 1;
  if (!belongs(state.preset, state.map)) state.preset = generalFamily(state.map);
  state.root.dataset.rests = "false";
  request(state);
}

export function wayText({ map, part }) {
  const how =
    isRotation(map.W) && !same(map.W, [1, 0, 0, 1])
      ? "An interpolation: the angle grows from 0 to that of the rotation"
      : "An interpolation: (1 − t) · identity + t · W";
  const moved = map.b.some(Boolean) ? ", and t · b" : "";
  const last = map.relu ? ". First the affine map, in the second half relu presses negative coordinates to 0" : "";
  const flat =
    determinantOf(map.W) < 0 ? ". On the way the plane is flat once: there is no other way to turn it over" : "";
  return `${how}${moved}${last}${flat}.${part < 1 ? " At t = 1 the handles come back." : ""}`;
}
