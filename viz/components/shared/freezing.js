// In a teacher's frozen view (frozen=1 in the address) pictures still scrub and turn, in what is marked data-scrubs; nothing else can be pressed, and Python hears nothing.

import { ELEMENT, MAIN } from "./streamlit.js";

const PRESSES = [
  "pointerdown",
  "mousedown",
  "touchstart",
  "click",
  "dblclick",
  "keydown",
  "beforeinput",
  "input",
  "change",
];
const NO_DEFAULT = ["mousedown", "click", "dblclick", "keydown", "beforeinput"]; // a touch may still scroll the page
const HARMLESS_KEYS = ["Tab", "Escape", "PageUp", "PageDown", "F5", "F11"];

export function isFrozen() {
  const said = new URLSearchParams(location.search).getAll("frozen");
  return said.length > 0 && said.every((text) => text === "1");
}

/** What tells Python of a change; in a frozen view, nothing does. */
export function senderOf(setStateValue) {
  return isFrozen() ? () => {} : setStateValue;
}

/** data-scrubs="drag": may be dragged, but not clicked or typed at. */
function guard(event) {
  const { target, type } = event;
  if (!isFrozen() || !target.closest?.(`${MAIN} ${ELEMENT}`) || HARMLESS_KEYS.includes(event.key)) return;
  const zone = target.closest("[data-scrubs], .js-plotly-plot");
  const dragged = zone?.dataset.scrubs === "drag" && (type.startsWith("key") || type.endsWith("click"));
  if (zone && !dragged) return;
  event.stopImmediatePropagation();
  if (NO_DEFAULT.includes(type)) event.preventDefault();
}

if (!window.uncrumpleGuarded) {
  window.uncrumpleGuarded = true;
  for (const type of PRESSES) document.addEventListener(type, guard, { capture: true, passive: type === "touchstart" });
}
