// What the plane's board tells the page and the reader.

/** Something was let go: Python computes with it. */
export function report(state) {
  state.sent += 1;
  const value = { ...state.kind.settings(state), version: state.data.version };
  state.setStateValue("settings", { ...value, count: `${Date.now()}.${state.sent}` });
}

export function refuse(state, sentence) {
  state.message.textContent = sentence;
  state.message.hidden = !sentence;
}
