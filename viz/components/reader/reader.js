// The tab's token, in the storage that lives as long as the tab. A tab that is duplicated has a copy, which the server
// does not take for its own while the first is there.

import { mount } from "../shared/board.js";

const NAME = "uncrumple-reader";

function remembered() {
  try {
    const was = JSON.parse(sessionStorage.getItem(NAME));
    return typeof was?.token === "string" ? { token: was.token.slice(0, 64), busy: Boolean(was.busy) } : null;
  } catch {
    return null;
  }
}

function build(parent) {
  const root = document.createElement("div");
  root.hidden = true;
  parent.append(root);
  return { root };
}

function renew(state, { token, fresh, busy }) {
  const was = remembered();
  if (fresh && was && was.token !== token && !state.asked) {
    state.asked = true;
    state.setStateValue("was", was);
    return;
  }
  state.asked = false;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ token, busy }));
  } catch {
    // Without storage a reload begins anew; nothing else is lost.
  }
}

export default mount({ build, renew });
