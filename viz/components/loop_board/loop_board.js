// The training loop as one picture: boxes that show a real turn, arrows between them, and a link in each to its page.
// A single turn is staged: boxes take the new turn's content one after another, in the order in which it is computed.

import { mount, request, watchSize, watchTheme } from "../shared/board.js";
import { isStill } from "../shared/player.js";
import { stepOf } from "../shared/pointing.js";
import { paintArrows } from "./arrows.js";
import { DIGITS, NORMS, PAINTERS, rowAt, unpackedTurn, usePalette } from "./painting.js";

const STAGES = [
  ["forward", ["batch", "targets"]],
  ["forward", ["hidden"]],
  ["forward", ["output", "predictions"]],
  ["loss", ["loss"]],
  ["backward", ["gradient"]],
  ["update", ["optimizer"]],
  ["update", ["W1", "W2"]],
];
const PAUSE = 260; // ms between two stages: a staged turn takes 1.8 s
const PARTS = ["batch", "hidden", "output", "predictions", "W1", "W2", "targets", "loss", "gradient", "optimizer"];

const BODIES = {
  batch: `<canvas class="large"></canvas><div class="thumbs" role="radiogroup" aria-label="Digit that is followed">
    ${Array.from(
      { length: DIGITS },
      (_, k) => `<button type="button" role="radio" aria-checked="${k === 0}"
      tabindex="${k === 0 ? 0 : -1}"><canvas></canvas></button>`,
    ).join("")}</div>`,
  targets: `<div class="labels"></div>`,
  loss: `<b class="number">–</b><canvas></canvas>`,
  gradient: `<canvas></canvas><dl>${NORMS.map((name) => `<dt>${name}</dt><dd><i></i><span>–</span></dd>`).join(
    "",
  )}</dl>`,
  optimizer: `<p class="rule">–</p><canvas></canvas>`,
};

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-loop";
  root.dataset.testid = "loop-board";
  root.innerHTML = `<svg aria-hidden="true"></svg>${PARTS.map(
    (key) => `
    <section class="part" data-part="${key}"><h4></h4><div class="body">${BODIES[key] ?? "<canvas></canvas>"}</div>
      <p class="caption">–</p></section>`,
  ).join("")}
    <section class="story" data-part="story"><h4></h4><ol></ol>
      <button type="button" class="skip">Skip to the end</button>
      <p class="spoken" role="status"></p></section>`;
  parent.append(root);
  const part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
  const state = {
    root,
    part,
    svg: root.querySelector("svg"),
    skip: root.querySelector(".skip"),
    thumbs: [...root.querySelectorAll(".thumbs button")],
    seen: {},
    digit: 0,
    pending: 0,
  };
  root.addEventListener("click", (event) => follow(state, event));
  state.skip.addEventListener("click", () => finish(state));
  state.thumbs.forEach((button, k) => button.addEventListener("click", () => choose(state, k)));
  root.querySelector(".thumbs").addEventListener("keydown", (event) => {
    const way = stepOf(event);
    if (!way) return;
    event.preventDefault();
    const count = state.seen.batch?.labels?.length || 1;
    choose(state, (state.digit + way + count) % count);
    state.thumbs[state.digit].focus();
  });
  const table = part.predictions.querySelector("canvas");
  table.addEventListener("click", (event) => {
    const row = rowAt(event.offsetY, table.clientHeight);
    if (row >= 0 && row < (state.seen.predictions?.labels?.length ?? 0)) choose(state, row);
  });
  watchTheme(state, request);
  watchSize(state, request);
  return state;
}

/** A plain click on a link stays in this session: the page is asked to switch. Other clicks are the browser's. */
function follow(state, event) {
  const link = event.target.closest("a[data-stem]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  state.setStateValue("open", { stem: link.dataset.stem, count: Date.now() });
}

function choose(state, digit) {
  state.digit = digit;
  request(state);
}

function renew(state, data) {
  const known = state.data;
  state.data = data;
  shape(state);
  fillLinks(state);
  if (!data.ready) return write(state);
  if (!known?.ready || data.count !== known.count) {
    clearTimeout(state.timer);
    const stage = data.staged && known?.ready && !isStill() && !document.hidden;
    if (stage) begin(state);
    else finish(state);
  } else {
    // Only words changed.
    for (const key of PARTS) if (state.seen[key]?.count === data.count) state.seen[key] = data;
    write(state);
    request(state);
  }
}

function begin(state) {
  state.stage = 0;
  advance(state);
}

function advance(state) {
  if (state.stage >= STAGES.length) return finish(state);
  const [name, keys] = STAGES[state.stage];
  for (const key of keys) state.seen[key] = state.data;
  light(state, name, keys);
  write(state);
  request(state);
  state.stage += 1;
  state.timer = setTimeout(() => advance(state), PAUSE);
}

/** Everything of the newest turn, nothing lit. */
function finish(state) {
  clearTimeout(state.timer);
  state.stage = null;
  for (const key of PARTS) state.seen[key] = state.data;
  light(state, null, []);
  write(state);
  request(state);
}

function light(state, name, keys) {
  state.lit = name;
  for (const [key, part] of Object.entries(state.part)) {
    part.classList.toggle("lit", keys.includes(key));
    // What still shows the turn before steps back, so that no number of it passes for this turn's. The weights do not:
    // those the turn before left are those this one begins with.
    const stale = name !== null && PARTS.includes(key) && state.seen[key] !== state.data;
    part.classList.toggle("earlier", stale && !key.startsWith("W"));
  }
  state.root.dataset.stage = name ?? "";
}

function fillLinks(state) {
  const text = JSON.stringify(state.data.parts);
  if (text === state.linked) return;
  state.linked = text;
  for (const { key, color, links } of state.data.parts) {
    state.part[key].style.setProperty("--color", `var(--uncrumple-${color})`);
    state.part[key].firstElementChild.replaceChildren(
      ...links.map(({ title, stem, page }) => {
        const link = document.createElement("a");
        Object.assign(link, { href: state.data.base + stem, textContent: title, title: `Open the page “${page}”` });
        link.dataset.stem = stem;
        link.setAttribute("aria-label", `${title}: open the page “${page}”`);
        return link;
      }),
    );
  }
}

/** Words: the story of the turn, captions, what is read aloud. */
function write(state) {
  const { data, root, part } = state;
  const order = ["forward", "loss", "backward", "update"];
  const now = order.indexOf(state.lit);
  part.story.firstElementChild.textContent = data.headline;
  part.story.querySelector("ol").replaceChildren(
    ...data.story.map(({ key, title, text, ahead }, k) => {
      const item = document.createElement("li");
      const done = state.stage === null || state.stage === undefined ? k < 3 || data.made : k < now;
      item.className = k === now ? "now" : done && data.ready ? "done" : "";
      item.append(
        Object.assign(document.createElement("b"), { textContent: title }),
        now >= 0 && k > now ? ahead : text,
      );
      item.dataset.stage = key;
      return item;
    }),
  );
  state.skip.disabled = now < 0;
  const settled = data.ready && now < 0 && !data.running;
  if (settled) {
    const made = data.made ? "made" : "not made yet";
    const spoken = `${data.headline}, ${made}: loss ${data.loss}, ${data.captions.predictions}.`;
    if (part.story.querySelector(".spoken").textContent !== spoken) {
      part.story.querySelector(".spoken").textContent = spoken;
    }
  }
  Object.assign(root.dataset, {
    ready: String(data.ready),
    running: String(Boolean(data.running)),
    turn: String(data.turn ?? ""),
    made: String(Boolean(data.made)),
  });
}

/** Boxes in four columns, or in two on a phone. */
function shape({ root }) {
  root.classList.toggle("narrow", root.clientWidth < 620);
}

function paint(state) {
  const { root, data } = state;
  if (!data || !root.clientWidth) return;
  usePalette(state);
  shape(state);
  paintArrows(state);
  for (const key of PARTS) {
    if (state.seen[key]?.ready) PAINTERS[key](state, state.part[key], unpackedTurn(state.seen[key]));
  }
  state.drawn = (state.drawn ?? 0) + 1;
  Object.assign(root.dataset, { drawn: String(state.drawn), digit: String(state.digit) });
}

function release(state) {
  clearTimeout(state.timer);
}

export default mount({ paint, build, renew, release });
