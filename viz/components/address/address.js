// The page's address follows what Python says the page shows; at the page's foot it can be copied.

import { mount } from "../shared/board.js";
import { isFrozen } from "../shared/freezing.js";
import { addressParts, replaceSearch, searchOf } from "../shared/place.js";

const OTHERS = /^(at-.*|ink|hide|frozen|embed|embed_options)$/; // parameters that other parts of the page keep
const SAID_FOR = 4000; // ms
const newest = { reader: "", serial: -1 };

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-address";
  root.dataset.testid = "address";
  parent.append(root);
  return { root, timer: 0 };
}

function renew(state, data) {
  if (data.copies && !state.root.childElementCount) offer(state);
  follow(data);
}

/** Whether the browser still is on the page this query belongs to; a message may come late. */
function isHere({ page, pages }) {
  const last = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
  return page ? last === page : !pages.slice(1).includes(last);
}

function follow({ query, serial, reader, word, ...where }) {
  const late = serial < 0 || (reader === newest.reader && serial < newest.serial);
  if (late || !isHere(where) || isFrozen()) return;
  Object.assign(newest, { reader, serial });
  const said = word && document.querySelector(`.st-key-${word}`);
  if (said) said.style.display = "none";
  replaceSearch(searchOf([query, ...addressParts((name) => OTHERS.test(name))].filter(Boolean)));
}

/** The button; a field with the address for browsers that let no page copy. */
function offer(state) {
  state.root.classList.add("uncrumple-address-row");
  state.root.innerHTML = `
    <button type="button" title="The address of exactly this view"><svg viewBox="0 0 24 24" aria-hidden="true"><path
      d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3a4.5 4.5 0 0 0-6.4-6.4l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1-1"
      /></svg>Copy link</button>
    <input type="text" readonly hidden aria-label="The link to this view">
    <span role="status" aria-live="polite"></span>`;
  const [button, field, status] = ["button", "input", "span"].map((name) => state.root.querySelector(name));
  const say = (text) => {
    status.textContent = text;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => (status.textContent = ""), SAID_FOR);
  };
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    const link = location.href;
    field.hidden = true;
    try {
      await navigator.clipboard.writeText(link);
      say("Copied");
    } catch {
      field.value = link;
      field.hidden = false;
      field.focus();
      field.setSelectionRange(0, link.length);
      if (document.execCommand("copy")) say("Copied");
      else status.textContent = "Copy the address in this field";
    }
  });
}

function release(state) {
  clearTimeout(state.timer);
}

export default mount({ build, renew, release });
