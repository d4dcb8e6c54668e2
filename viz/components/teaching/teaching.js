// For teachers: which controls and parts of the page are hidden, as checkboxes; and the link that hides or freezes them.
// The address is the truth. What the server's style sheets hid before anything was shown, the one made here takes over.

import { always, mount } from "../shared/board.js";
import { isFrozen } from "../shared/freezing.js";
import { addressValues, replaceSearch, searchWith } from "../shared/place.js";
import { BLOCK, BUTTON, COMPONENT, DOWNLOAD, ICON, LABEL, MAIN } from "../shared/streamlit.js";

const HIDEABLE = /^[A-Za-z0-9][\w-]{0,60}$/;
const LABELS = [LABEL, BUTTON, DOWNLOAD].join();
const MARK = "/* uncrumple-teaching */";
const ONLY_LINKED = ["teaching"]; // hidden here and now, it could not be brought back

function buildTeaching(parent) {
  const root = document.createElement("details");
  root.className = "uncrumple-teaching";
  root.dataset.testid = "teaching";
  root.innerHTML = `
    <summary>For teachers</summary>
    <p>Hide what your class should not see, or freeze this view for a projector or a page of your own; then pass on
      the link.</p>
    <div class="choices"><fieldset class="parts"><legend>Hide parts of the page</legend></fieldset>
      <fieldset class="controls"><legend>Hide controls</legend></fieldset>
      <fieldset class="pictures"><legend>Hide pictures</legend></fieldset></div>
    <fieldset><legend>The link’s view</legend>
      <label><input type="checkbox" class="frozen"> <span>Freeze it: only the title and the pictures; they still scrub and
        turn, nothing else can be changed. To leave it, take “frozen=1” out of the address.</span></label>
      <label><input type="checkbox" class="embed"> <span>Without the app’s frame, to embed it</span></label></fieldset>
    <div class="result"><label>Link <input type="text" readonly></label>
      <button type="button">Copy</button> <a target="_blank" rel="noopener">Open in a new tab</a>
      <span role="status"></span></div>
    <p class="unknown" role="status"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const style = document.createElement("style");
  document.head.append(style);
  const state = {
    root,
    style,
    parts: find(".parts"),
    controls: find(".controls"),
    pictures: find(".pictures"),
    frozen: find(".frozen"),
    embed: find(".embed"),
    field: find(".result input"),
    copy: find("button"),
    open: find("a"),
    status: find("[role=status]"),
    unknown: find(".unknown"),
    linked: new Set(),
  };
  root.addEventListener("toggle", () => list(state));
  root.addEventListener("change", (event) => choose(state, event.target));
  state.field.addEventListener("focus", () => state.field.select());
  state.copy.addEventListener("click", () => copy(state));
  return state;
}

/** The names in the address that something may have. */
function hiddenNames() {
  const names = addressValues("hide")
    .join()
    .split(",")
    .filter((name) => HIDEABLE.test(name));
  return [...new Set(names)].slice(0, 100);
}

function selectorsOf({ data }, name) {
  const part = data.parts.find((each) => each.name === name);
  return part ? part.selectors : [name, `${name}_box`].map((key) => `.st-key-${data.stem}_${key}`);
}

/** What the address hides, hidden here; the server's sheet, which may be older, is emptied. */
function apply(state) {
  if (isFrozen()) return;
  for (const sheet of document.querySelectorAll("style")) {
    if (sheet !== state.style && sheet.textContent.includes(MARK)) sheet.textContent = MARK;
  }
  const rules = hiddenNames()
    .flatMap((name) => selectorsOf(state, name))
    .map((selector) => `${selector}, ${BLOCK}:has(> ${selector}) { display: none !important }`);
  state.style.textContent = rules.join("\n");
}

/** This page's keyed elements to which a label can be given: {key without the page's stem: label}. */
function labelled({ data: { stem } }, labelOf) {
  const found = new Map();
  for (const element of document.querySelectorAll(`${MAIN} [class*="st-key-${stem}_"]`)) {
    const name = element.className.match(/(?:^|\s)st-key-(\S+)/)[1].slice(stem.length + 1);
    const label = labelOf(element, name);
    if (label && HIDEABLE.test(name)) found.set(name, label);
  }
  return found;
}

/** What Streamlit's control says of itself, without its icon. */
function controlLabel(element) {
  const own = [...element.querySelectorAll(LABELS)].find((each) => each.closest('[class*="st-key-"]') === element);
  const icons = own && [...own.querySelectorAll(ICON)].map((icon) => icon.textContent);
  return icons?.reduce((text, icon) => text.replace(icon, ""), own.textContent).trim();
}

/** A picture's key as words, and the beginning of what it says to a screen reader. */
function pictureLabel(element, name) {
  const picture = element.querySelector(`:scope > ${COMPONENT}`);
  if (!picture || picture.querySelector(".uncrumple-teaching, .uncrumple-address")) return null;
  const about = picture.querySelector("[role=img][aria-label], canvas[aria-label], svg[aria-label]");
  const words = about
    ?.getAttribute("aria-label")
    .split(/\s+/)
    .slice(0, 9)
    .join(" ")
    .replace(/[.,:;]*$/, "");
  return `${name.replaceAll("_", " ")}${words ? `: ${words} …` : ""}`;
}

function list(state) {
  if (!state.root.open) return;
  const hidden = new Set(hiddenNames());
  const [controls, pictures] = [controlLabel, pictureLabel].map((labelOf) => labelled(state, labelOf));
  const parts = new Map(state.data.parts.map(({ name, label }) => [name, label]));
  const others = [...hidden].filter((name) => ![controls, pictures, parts].some((known) => known.has(name)));
  const row = (name, label) => {
    const made = document.createElement("label");
    made.innerHTML = '<input type="checkbox"> ';
    made.append(Object.assign(document.createElement("span"), { textContent: label }));
    made.firstElementChild.dataset.name = name;
    made.firstElementChild.checked = hidden.has(name) || state.linked.has(name);
    return made;
  };
  const fill = (set, rows) => {
    set.replaceChildren(set.querySelector("legend"), ...rows);
    set.hidden = !rows.length;
  };
  fill(
    state.parts,
    [...parts].map(([name, label]) => row(name, label)),
  );
  fill(
    state.pictures,
    [...pictures].map(([name, label]) => row(name, label)),
  );
  fill(
    state.controls,
    [...controls, ...others.map((name) => [name, `${name} (not on the page now)`])].map(([name, label]) =>
      row(name, label),
    ),
  );
  state.unknown.textContent = others.length ? `The page has just now nothing called ${others.join(", ")}.` : "";
  showLink(state);
}

function choose(state, box) {
  const { name } = box.dataset;
  if (ONLY_LINKED.includes(name)) {
    if (box.checked) state.linked.add(name);
    else state.linked.delete(name);
  } else if (name) {
    const names = hiddenNames().filter((each) => each !== name);
    if (box.checked) names.push(name);
    replaceSearch(searchWith(new Map([["hide", names.join() || null]])));
    apply(state);
  }
  showLink(state);
}

function showLink(state) {
  const hidden = [...hiddenNames(), ...state.linked];
  const set = { hide: hidden.join() || null, frozen: state.frozen.checked ? "1" : null };
  if (state.embed.checked) set.embed = "true";
  const link = location.origin + location.pathname + searchWith(new Map(Object.entries(set)));
  state.field.value = link;
  state.open.href = link;
  state.status.textContent = "";
}

async function copy(state) {
  state.field.select();
  try {
    await navigator.clipboard.writeText(state.field.value);
    state.status.textContent = "Copied";
  } catch {
    state.status.textContent = document.execCommand("copy") ? "Copied" : "Copy it from the field";
  }
}

function renew(state, data) {
  state.data = data;
  apply(state);
  list(state);
}

export default mount({ build: buildTeaching, renew, release: (state) => state.style.remove(), identify: always });
