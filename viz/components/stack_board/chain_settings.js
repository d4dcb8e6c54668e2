// The chain of layers as it stands: chosen, changed, told to the page.

import { stopsOf } from "./chain.js";

export const chosen = (state) => state.layers[state.selected];

/** b itself, or where the tip of a column of W is, seen from b. */
export function handleAt({ W, b }, name) {
  return name === "b" ? [...b] : [b[0] + W[Number(name)], b[1] + W[2 + Number(name)]];
}

export const lastStop = (state) => stopsOf(state.layers).length - 1;

/** Whatever the chain becomes: who looks at the output goes on looking at it. */
export function setLayers(state, layers) {
  const atEnd = !state.layers || Number(state.position.value) >= lastStop(state);
  state.layers = layers;
  state.selected = Math.min(state.selected, layers.length - 1);
  const last = lastStop(state);
  state.position.max = String(last);
  state.position.value = String(atEnd ? last : Math.min(Number(state.position.value), last));
}

export function changeLayer(state, change) {
  state.message.hidden = true;
  setLayers(
    state,
    state.layers.map((layer, k) => (k === state.selected ? { ...layer, ...change } : layer)),
  );
}

export function report(state) {
  state.sent += 1;
  state.setStateValue("settings", {
    layers: state.layers,
    selected: state.selected,
    tolerance: Number(state.find(".tolerance").value),
    version: state.data.version,
    count: `${Date.now()}.${state.sent}`,
  });
}
