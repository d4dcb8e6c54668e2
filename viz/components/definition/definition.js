// Opens a term's definition beside its link, by mouse, key or touch. Without this script the link leads to the
// glossary.

import { mount } from "../shared/board.js";
import { element, isPlain, pageLink, words } from "../shared/wayfinding.js";

const LINKS = 'a[href*="/glossary#"]';
const GAP = 8;

function build(parent) {
  const root = element("div", "uncrumple-definitions");
  const box = element("div", "uncrumple-definition");
  box.setAttribute("popover", "auto");
  box.setAttribute("role", "dialog");
  box.tabIndex = -1;
  box.dataset.testid = "definition";
  root.append(box);
  parent.append(root);
  const state = { root, box, link: null, dismissed: null, entries: new Map(), ending: new AbortController() };
  listen(state);
  return state;
}

function listen(state) {
  const { box } = state;
  const options = { capture: true, signal: state.ending.signal };
  const linkOf = (event) => event.target.closest?.(LINKS) ?? null;
  // A press outside an open box closes it before the click arrives: a second click on its link shall leave it closed.
  document.addEventListener(
    "pointerdown",
    (event) => {
      const link = linkOf(event);
      state.dismissed = link !== null && link === state.link ? link : null;
    },
    options,
  );
  document.addEventListener(
    "click",
    (event) => {
      const link = linkOf(event);
      const entry = link && state.entries.get(decodeURIComponent(link.hash.slice(1)));
      if (!entry || box.contains(link) || !isPlain(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const again = state.dismissed === link;
      state.dismissed = null;
      if (again) shut(state);
      else openAt(state, link, entry);
    },
    options,
  );
  document.addEventListener("focusin", (event) => linkOf(event)?.setAttribute("aria-haspopup", "dialog"), options);
  box.addEventListener("toggle", (event) => {
    if (event.newState === "closed") wasShut(state);
  });
  for (const name of ["scroll", "resize"]) {
    window.addEventListener(
      name,
      (event) => {
        if (state.link && event.target !== box) putBox(state);
      },
      options,
    );
  }
}

function openAt(state, link, entry) {
  const { box } = state;
  shut(state);
  wasShut(state);
  state.link = link;
  link.classList.add("uncrumple-defined");
  box.setAttribute("aria-label", `What “${entry.name}” means`);
  const ways = element("nav", "");
  if (entry.page !== state.here) ways.append(pageLink(entry.address, `More on “${entry.title}”`));
  ways.append(pageLink(`${state.glossary}#${entry.slug}`, "All terms"));
  ways.addEventListener("click", () => shut(state));
  box.replaceChildren(element("p", "name", entry.name), element("p", "meaning", ...words(entry.meaning)), ways);
  box.showPopover({ source: link });
  putBox(state);
  box.focus({ preventScroll: true });
}

/** Below the link if there is room, else above it; never beyond the window. */
function putBox({ box, link }) {
  const at = link.getClientRects()[0];
  if (!at || at.bottom < 0 || at.top > innerHeight) {
    box.hidePopover();
    return;
  }
  const { width, height } = box.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight || at.top < height + GAP;
  box.style.left = `${Math.max(12, Math.min(at.left - 12, document.documentElement.clientWidth - width - 12))}px`;
  box.style.top = `${below ? at.bottom + GAP : at.top - GAP - height}px`;
  box.style.maxHeight = `${below ? innerHeight - at.bottom - 2 * GAP : at.top - 2 * GAP}px`;
}

function shut({ box }) {
  if (box.matches(":popover-open")) box.hidePopover();
}

function wasShut(state) {
  const { link, box } = state;
  if (!link || box.matches(":popover-open")) return;
  link.classList.remove("uncrumple-defined");
  // Whoever went elsewhere stays there; Escape leads back to the link.
  if (link.isConnected && (document.activeElement === document.body || box.contains(document.activeElement))) {
    link.focus({ preventScroll: true });
  }
  state.link = null;
}

function renew(state, data) {
  state.entries = new Map(data.entries.map((entry) => [entry.slug, entry]));
  state.here = data.here;
  state.glossary = data.glossary;
  shut(state);
}

function release(state) {
  state.ending.abort();
}

export default mount({ build, renew, release });
