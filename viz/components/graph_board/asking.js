// What the graph's board asks of the page, and what it is told.

const PATIENCE = 3000;

/** Asks Python for what follows from the newest values and choice; while one message is on its way the next waits. */
export function ask(state, { rest = true, toggle = "" } = {}) {
  const values = state.data.variables.map((_, k) => state.inputs[k].values);
  const message = { values, chosen: state.chosen, toggle, rest, version: state.data.drawing.version };
  if (state.waiting && performance.now() - state.askedAt < PATIENCE) state.queued = message;
  else dispatch(state, message);
}

export function dispatch(state, message) {
  state.sent += 1;
  state.waiting = `${Date.now()}.${state.sent}`;
  state.askedAt = performance.now();
  state.queued = null;
  state.root.dataset.rests = "false";
  state.setStateValue("ask", { ...message, count: state.waiting });
}

export function say(state, text) {
  state.message.textContent = text;
  state.message.hidden = !text;
}
