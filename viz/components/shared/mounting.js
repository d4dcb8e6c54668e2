import { senderOf } from "./freezing.js";

/**
 * What Streamlit calls at every run: build once for each place, renew when the data changed, release at the end.
 * identify: what tells data apart.
 */
export function mount({ build, renew, release, identify = JSON.stringify }) {
  const instances = new WeakMap();
  return ({ data, parentElement, setStateValue }) => {
    let state = instances.get(parentElement);
    if (!state) instances.set(parentElement, (state = build(parentElement)));
    state.setStateValue = senderOf(setStateValue);
    const text = identify(data);
    if (text !== state.text) {
      state.text = text;
      renew(state, data);
    }
    return () => {
      release(state);
      state.root.remove();
      instances.delete(parentElement);
    };
  };
}
