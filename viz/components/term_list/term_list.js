// The glossary: every term with its anchor; what is typed into the search leaves those that match.

import { mount } from "../shared/board.js";
import { element, pageLink, words } from "../shared/wayfinding.js";

function build(parent) {
  const root = element("div", "uncrumple-terms");
  const search = element("input", "");
  Object.assign(search, { type: "search", placeholder: "Search", autocomplete: "off", spellcheck: false });
  search.setAttribute("aria-label", "Search the terms");
  const status = element("p", "status");
  status.setAttribute("role", "status");
  const list = element("dl", "");
  root.append(element("div", "search", search, status), list);
  parent.append(root);
  const state = { root, search, status, list, shown: [], ending: new AbortController() };
  search.addEventListener("input", () => sift(state));
  const follow = () => lead(state);
  for (const name of ["hashchange", "popstate"]) {
    window.addEventListener(name, follow, { signal: state.ending.signal });
  }
  return state;
}

function renew(state, { entries }) {
  state.shown = entries.map((entry) => {
    const more = element("span", "more", "Shown on ", pageLink(entry.address, entry.title));
    const name = element("dt", "", entry.name);
    name.id = entry.slug;
    name.tabIndex = -1;
    const row = element("div", "term", name, element("dd", "", ...words(entry.meaning), " ", more));
    const text = `${entry.name} ${entry.forms} ${entry.meaning}`.replaceAll("`", "").toLowerCase();
    return { row, text, names: `${entry.name} ${entry.forms}`.toLowerCase() };
  });
  state.list.replaceChildren(...state.shown.map(({ row }) => row));
  sift(state);
  // Streamlit goes to the top of a new page after this.
  requestAnimationFrame(() => requestAnimationFrame(() => lead(state)));
}

/** Leave the terms named so; if there are none, those whose definition says it. */
function sift({ search, status, shown }) {
  const wanted = search.value.trim().toLowerCase();
  const named = shown.filter(({ names }) => names.includes(wanted));
  const kept = new Set(named.length ? named : shown.filter(({ text }) => text.includes(wanted)));
  for (const each of shown) each.row.hidden = !kept.has(each);
  if (!wanted) status.textContent = `${shown.length} terms`;
  else if (kept.size) status.textContent = `${kept.size} of ${shown.length} terms`;
  else status.textContent = "No term, and no definition, contains this.";
}

/** Scroll to the term that the address names, and mark it. */
function lead(state) {
  const slug = decodeURIComponent(location.hash.slice(1));
  const name = slug && [...state.list.querySelectorAll("dt")].find(({ id }) => id === slug);
  for (const { row } of state.shown) row.classList.toggle("sought", row.contains(name || null));
  if (!name) return;
  state.search.value = "";
  sift(state);
  name.scrollIntoView({ block: "center" });
  name.focus({ preventScroll: true });
}

function release(state) {
  state.ending.abort();
}

export default mount({ build, renew, release });
