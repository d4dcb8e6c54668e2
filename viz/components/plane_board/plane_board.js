// The plane under the reader's hands. Whatever is dragged, typed or played is computed here at once; at rest the
// numbers are those of the engine. Two vectors and their sum: plane_vectors. An object under W @ x + b: plane_map.

import { mount, paletteOf, request, watchTheme, watchWidth } from "../shared/board.js";
import { placeOf } from "../shared/place.js";
import { isStill } from "../shared/player.js";
import { MAP } from "./map.js";
import { VECTORS } from "./vectors.js";

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-plane";
  parent.append(root);
  const state = {
    root,
    kept: placeOf(parent),
    pending: 0,
    drawn: 0,
    sent: 0,
    handles: [],
    holding: false,
  };
  watchTheme(state, recolor);
  watchWidth(state, request);
  return state;
}

function renew(state, data) {
  const known = state.data;
  state.data = data;
  if (!state.kind) {
    state.kind = data.kind === "vectors" ? VECTORS : MAP;
    state.kind.make(state);
  }
  state.kind.take(state, known);
  recolor(state);
}

function recolor(state) {
  if (!state.data) return;
  state.palette = paletteOf(state);
  state.root.style.setProperty("--first", state.palette.data);
  state.root.style.setProperty("--second", state.palette.weights);
  state.root.style.setProperty("--result", state.palette.prediction);
  state.kind.recolor?.(state);
  request(state);
}

function paint(state) {
  if (!state.palette || !state.root.clientWidth) return;
  approach(state);
  state.kind.paint(state);
  state.drawn += 1;
  state.root.dataset.drawn = String(state.drawn);
}

/** The window follows what must fit into it: smoothly, or at once where motion is to be reduced. */
function approach(state) {
  const wanted = state.kind.reach(state);
  const near = !state.reach || Math.abs(Math.log(wanted / state.reach)) < 0.004;
  // A finger holds a place on the screen: the window stays until it lets go.
  if (state.reach && state.holding) return;
  state.reach = near || isStill() ? wanted : state.reach * (wanted / state.reach) ** 0.22;
  state.root.dataset.reach = String(state.reach);
  state.root.dataset.still = String(state.reach === wanted);
  if (state.reach !== wanted) request(state);
}

export default mount({ paint, build, renew });
