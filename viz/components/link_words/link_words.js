// What of a link only the browser reads, and could not: positions of pictures, and a drawing. Said above the page until
// the reader does something. Components tell of what they read by place.js; a name that none of them asks for is told
// once the page has rested.

import { mount } from "../shared/board.js";
import { LINK_READ, linkReading } from "../shared/place.js";

const SETTLED = 4000; // ms without a new component
const SAID = 24; // characters of a value

const quoted = (text) => `“${text.length > SAID ? `${text.slice(0, SAID - 1)}…` : text}”`;

/** A sentence for each value of the link that could not be used. names: all it has; unclaimed: those none asked for. */
function linkSentences({ unread, unclaimed, canvas }) {
  const said = [...unread]
    .filter(([name]) => name !== "ink")
    .map(
      ([name, text]) =>
        `This link’s ${quoted(name)} (${text ? quoted(text) : "empty"}) cannot be read, so its picture begins as usual.`,
    );
  if (unread.has("ink")) said.push("The drawing in this link (ink) cannot be read, so it is left out.");
  if (unclaimed.includes("ink") && !canvas) said.push("This page has no canvas for the drawing in this link (ink).");
  const unknown = unclaimed.filter((name) => name !== "ink");
  if (unknown.length)
    said.push(
      `This view has no picture for ${unknown.slice(0, 3).map(quoted).join(", ")}${unknown.length > 3 ? " and more" : ""}.`,
    );
  return said;
}

function build(parent) {
  const root = document.createElement("p");
  root.setAttribute("role", "status");
  root.dataset.testid = "link-words";
  parent.append(root);
  const state = { root, timer: 0, rested: false, data: null };
  state.heard = () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      state.rested = true;
      show(state);
    }, SETTLED);
    show(state);
  };
  window.addEventListener(LINK_READ, state.heard);
  return state;
}

function renew(state, data) {
  state.data = data;
  state.heard();
}

function show({ root, rested, data: { link, canvas } }) {
  const { unread, claimed } = linkReading();
  const unclaimed = rested ? Object.keys(link).filter((name) => !claimed.has(name)) : [];
  root.textContent = linkSentences({ unread, unclaimed, canvas }).join(" ");
}

function release(state) {
  clearTimeout(state.timer);
  window.removeEventListener(LINK_READ, state.heard);
}

export default mount({ build, renew, release });
