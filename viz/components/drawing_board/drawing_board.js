// A canvas to draw on, the network's prediction, and every picture on the ink's way from one to the other.
// A prediction is one request to the app's own server and no rerun of the page's script: a rerun costs more than
// the whole prediction, and only the page's code panel needs one, once the pen rests.

import { always, mount, watchSize, watchTheme } from "../shared/board.js";
import { keepInAddress, linkedValue, linkReading, placeOf, tellLinkRead } from "../shared/place.js";
import { arrowOf, placeIn } from "../shared/pointing.js";
import { decodeInk, encodeInk } from "./ink.js";
import { ink, isEmpty, redraw, tint } from "./ink_canvas.js";
import { listenToPictures, paintAll, usePalette } from "./pictures.js";
import { CANVAS, CLASSES, STAGES } from "./stages.js";

const REST = 400; // ms without a pen before the page is told, so that its rerun never competes with a prediction
const RESCORE = 250; // ms between two looks at a network that is still being trained
const RETRY = 1500;
const STEP = 7;
const LEAP = 28;

const TEMPLATE = `
  <div class="uncrumple-board-top">
    <div class="uncrumple-ink">
      <div class="uncrumple-paper">
        <canvas class="uncrumple-canvas" data-testid="drawing-canvas" tabindex="0" role="application"
          aria-label="Canvas: draw a digit" aria-describedby="uncrumple-hint"></canvas>
        <span class="uncrumple-invitation" aria-hidden="true">Draw a digit here</span>
        <span class="uncrumple-pen" aria-hidden="true" hidden></span>
      </div>
      <div class="uncrumple-tools">
        <button type="button" data-testid="undo-drawing">Undo</button>
        <button type="button" data-testid="clear-drawing">Clear</button>
        <label>Pen width
          <input type="range" min="8" max="40" step="1" data-testid="brush-size">
          <output></output>
        </label>
      </div>
      <p class="uncrumple-beneath" data-testid="picture-beneath"></p>
      <p class="uncrumple-hint" id="uncrumple-hint">Mouse, finger or pen. <span>Keyboard: arrow keys move (with Shift
        farther), Space lowers and lifts the pen, U undoes, Delete clears.</span></p>
      <p class="uncrumple-status" role="alert" data-testid="drawing-message"></p>
    </div>
    <section class="uncrumple-answer" aria-label="Prediction">
      <div class="uncrumple-verdict">
        <div class="uncrumple-digit" data-testid="predicted-digit" data-seq="0">–</div>
        <div>
          <p class="uncrumple-sure"></p>
          <p class="uncrumple-network" data-testid="network-used"></p>
        </div>
      </div>
      <div class="uncrumple-bars"></div>
      <p class="uncrumple-spoken" aria-live="polite"></p>
    </section>
  </div>
  <h3>The way of the ink</h3>
  <div class="uncrumple-way"></div>
  <p class="uncrumple-readout" data-testid="pixel-readout"></p>
  <div class="uncrumple-way uncrumple-layers">
    <figure class="uncrumple-vector">
      <div class="uncrumple-strip"><canvas data-stage="vector"></canvas><i hidden></i></div>
      <figcaption><b>Vector of 784</b> The 28 rows, one after another, each value divided by 255: numbers from
        0 to 1. This is all the network sees.</figcaption></figure>
    <figure class="uncrumple-hidden"><div><canvas data-stage="hidden"></canvas></div>
      <figcaption><b>Hidden layer</b> <span></span></figcaption></figure>
    <figure class="uncrumple-output"><div><canvas data-stage="output"></canvas>
      <div class="uncrumple-scale" aria-hidden="true"></div></div>
      <figcaption><b>Ten probabilities</b> Ten scores, made into shares that sum to 1 (softmax).</figcaption></figure>
  </div>
  <h3>Which pixels speak for a digit?</h3>
  <div class="uncrumple-evidence">
    <div class="uncrumple-map"><canvas data-testid="evidence" role="img"></canvas></div>
    <div>
      <p class="uncrumple-question"></p>
      <div class="uncrumple-classes" data-scrubs role="group" aria-label="Digit whose evidence is shown"></div>
      <div class="uncrumple-legend">
        <span>− more ink speaks against</span><i></i><span>+ more ink speaks for</span></div>
      <p>Each pixel shows the gradient of the digit's score: how much the score would rise (+) or fall (−) if this
        pixel got a little more ink. Plain background: it would not matter. The line is the outline of your ink.</p>
    </div>
  </div>`;

const digits = Array.from({ length: CLASSES }, (_, digit) => digit);
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function build(parent, data) {
  const root = document.createElement("div");
  root.className = "uncrumple-board uncrumple-nothing";
  root.classList.toggle("uncrumple-compact", data.compact);
  root.dataset.testid = "drawing-board";
  root.innerHTML = TEMPLATE;
  const find = (selector) => root.querySelector(selector);
  find(".uncrumple-way").innerHTML = STAGES.map(
    ([name, title, text]) => `
    <figure><div class="uncrumple-stage" data-name="${name}"><canvas data-stage="${name}"></canvas><i hidden></i></div>
      <figcaption><b>${title}</b> <span class="uncrumple-shape"></span>
        <span>${text}</span></figcaption></figure>`,
  ).join("");
  find(".uncrumple-bars").innerHTML = digits
    .map(
      (digit) => `
    <div class="uncrumple-bar"><b aria-hidden="true">${digit}</b><div class="uncrumple-track"><i></i></div>
      <span data-testid="probability-${digit}" role="meter" aria-valuemin="0" aria-valuemax="1"></span>
    </div>`,
    )
    .join("");
  find(".uncrumple-scale").innerHTML = digits.map((digit) => `<span>${digit}</span>`).join("");
  find(".uncrumple-classes").innerHTML = digits
    .map((digit) => `<button type="button" aria-pressed="false" data-testid="evidence-${digit}">${digit}</button>`)
    .join("");
  parent.append(root);
  const board = {
    root,
    find,
    data,
    canvas: find(".uncrumple-canvas"),
    digit: find(".uncrumple-digit"),
    message: find(".uncrumple-status"),
    stage: Object.fromEntries([...root.querySelectorAll("[data-stage]")].map((one) => [one.dataset.stage, one])),
    bars: [...root.querySelectorAll(".uncrumple-bar")],
    classes: [...root.querySelectorAll(".uncrumple-classes button")],
    strokes: [],
    brush: data.brush,
    base: false,
    picture: null,
    tinted: null,
    history: [],
    pen: null,
    place: [CANVAS / 2, CANVAS / 2],
    flying: false,
    waiting: false,
    changed: false,
    speak: false,
    answer: null,
    probe: null,
    alive: true,
    kept: placeOf(parent),
  };
  board.chosen = board.kept.numbers([[0, CLASSES - 1]])?.map(Math.round)[0] ?? null;
  recall(board);
  takeInk(board);
  usePalette(board);
  listenToPointer(board);
  listenToKeys(board);
  listenToTools(board);
  listenToPictures(board);
  watchSize(
    board,
    () => {
      usePalette(board);
      redraw(board);
    },
    board.canvas,
  );
  watchTheme(board, usePalette);
  loadPicture(board);
  return board;
}

/** The newest drawing of this tab is in sessionStorage (it survives a reload); else what the page kept. */
function recall(board) {
  let stored = null;
  try {
    stored = JSON.parse(sessionStorage.getItem(board.data.storage));
  } catch {
    /* storage is blocked */
  }
  const known = board.data.picture;
  if (stored && known && known.name !== stored.picture?.name) {
    stored = { strokes: [], brush: stored.brush, base: true };
  }
  const drawing = stored ?? board.data.drawing;
  board.strokes = drawing.strokes;
  board.brush = drawing.brush;
  board.base = drawing.base;
  board.picture = known ?? (stored?.picture?.url ? stored.picture : null);
  board.base &&= board.picture !== null;
  if (stored && JSON.stringify(contents(board)) !== JSON.stringify(board.data.drawing)) tellLater(board, 0);
}

/** A link that brings ink beats what this tab and the page remember, unless it is the same drawing. */
function takeInk(board) {
  const ink = linkedValue("ink");
  const { min, max } = board.find("input");
  const found = ink === null ? null : decodeInk(ink, [Number(min), Number(max)]);
  if (ink !== null) tellLinkRead("ink", found ? undefined : ink);
  if (!found || encodeInk(board.strokes, board.brush) === ink) return keepInk(board);
  Object.assign(board, found, { base: board.data.drawing.base, picture: board.data.picture });
  return tellLater(board, 0);
}

function keepInk(board) {
  keepInAddress("ink", encodeInk(board.strokes, board.brush));
}

const contents = ({ strokes, brush, base }) => ({ strokes, brush, base });

function remember(board) {
  const { name, url, caption } = board.picture ?? {};
  const picture = board.picture && { name, caption, url: board.base ? url : null };
  try {
    sessionStorage.setItem(board.data.storage, JSON.stringify({ ...contents(board), picture }));
  } catch {
    /* full or blocked: the page keeps the drawing all the same */
  }
}

function tellLater(board, delay = REST) {
  clearTimeout(board.telling);
  board.root.dataset.told = "false";
  board.telling = setTimeout(() => {
    // After a reload the server has forgotten the picture under the strokes: give it back.
    const picture = board.base && !serverKnowsPicture(board) ? board.picture : null;
    board.setStateValue("drawing", { ...contents(board), picture });
    board.root.dataset.told = "true";
  }, delay);
}

const serverKnowsPicture = (board) => board.data.picture?.name === board.picture?.name;

/** Change the drawing by a whole gesture: it can be undone, is kept, and the page hears of it. */
function edit(board, change) {
  board.history.push({ strokes: board.strokes.slice(), base: board.base });
  change();
  settle(board);
}

function settle(board) {
  redraw(board);
  predict(board);
  rest(board);
}

/** The gesture is over: its prediction is read aloud, the tab keeps the drawing, the page will hear of it. */
function rest(board) {
  board.speak = true;
  if (linkReading().unread.has("ink")) tellLinkRead("ink");
  remember(board);
  keepInk(board);
  tellLater(board);
}

function undo(board) {
  if (board.pen) return;
  const before = board.history.pop();
  // After a reload there is no history, but the strokes themselves tell the order.
  const [strokes, base] = before
    ? [before.strokes, before.base]
    : board.strokes.length
      ? [board.strokes.slice(0, -1), board.base]
      : [[], false];
  board.strokes = strokes;
  board.base = base;
  settle(board);
}

function clear(board) {
  liftPen(board);
  if (isEmpty(board)) return;
  edit(board, () => {
    board.strokes = [];
    board.base = false;
  });
}

/** A new picture from the page takes the place of the drawing, but for the ink a link has on it. */
function adoptPicture(board) {
  const { picture, drawing } = board.data;
  Object.assign(board, { picture, strokes: drawing.strokes, base: true, history: [], pen: null });
  loadPicture(board);
  settle(board);
}

function loadPicture(board) {
  board.mask = null;
  if (!board.picture?.url) return;
  const image = new Image();
  image.onload = () => {
    if (board.picture?.url !== image.src) return;
    board.mask = image;
    tint(board);
    redraw(board);
  };
  image.src = board.picture.url;
}

function lowerPen(board, id, x, y) {
  clearTimeout(board.telling);
  board.history.push({ strokes: board.strokes.slice(), base: board.base });
  const stroke = [];
  board.pen = { id, stroke };
  board.strokes.push(stroke);
  movePen(board, [[x, y]]);
  redraw(board);
}

/** Points are rounded to 0.1 unit and kept only where they differ, so that requests stay small. */
function movePen(board, points) {
  const { stroke } = board.pen;
  const known = stroke.length;
  for (const point of points) {
    const [x, y] = point.map((value) => Math.round(10 * Math.min(Math.max(value, -CANVAS), 2 * CANVAS)) / 10);
    if (x !== stroke.at(-2) || y !== stroke.at(-1)) stroke.push(x, y);
  }
  if (stroke.length === known) return;
  ink(board.canvas.getContext("2d"), stroke, Math.max(0, known / 2 - 1));
  predict(board);
}

function liftPen(board) {
  if (!board.pen) return;
  board.pen = null;
  board.find(".uncrumple-pen").classList.remove("uncrumple-down");
  // While a request flies, every point is in it or in the one to follow; another would only come later.
  if (!board.flying) predict(board);
  rest(board);
}

function listenToPointer(board) {
  const { canvas } = board;
  const place = (event) => {
    return placeIn(canvas, event).map((at) => (at * CANVAS) / canvas.getBoundingClientRect().width);
  };
  canvas.addEventListener("pointerdown", (event) => {
    // One pen at a time: other buttons, second fingers and the palm beside a stylus leave no ink.
    if (event.button !== 0 || !event.isPrimary || (board.pen && board.pen.id !== "keys")) return;
    event.preventDefault();
    liftPen(board);
    canvas.parentElement.classList.add("uncrumple-pointing");
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    board.find(".uncrumple-pen").hidden = true;
    lowerPen(board, event.pointerId, ...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (board.pen?.id !== event.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    movePen(board, (events.length ? events : [event]).map(place));
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(name, (event) => {
      if (board.pen?.id === event.pointerId) liftPen(board);
    });
  }
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

function listenToKeys(board) {
  const act = {
    " ": () => toggleKeyPen(board),
    Enter: () => toggleKeyPen(board),
    u: () => {
      liftPen(board);
      undo(board);
    },
    Delete: () => clear(board),
    Escape: () => clear(board),
  };
  board.canvas.addEventListener("keydown", (event) => {
    const undoes = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    const arrow = arrowOf(event);
    const action = undoes ? act.u : event.ctrlKey || event.metaKey || event.altKey ? null : act[event.key];
    if (!arrow && !action) return;
    event.preventDefault();
    board.canvas.parentElement.classList.remove("uncrumple-pointing");
    if (!arrow) return event.repeat || action();
    moveByKey(board, arrow, event.shiftKey ? LEAP : STEP);
  });
  board.canvas.addEventListener("focus", () => {
    if (board.canvas.matches(":focus-visible")) showPen(board);
  });
  board.canvas.addEventListener("blur", () => {
    board.canvas.parentElement.classList.remove("uncrumple-pointing");
    if (board.pen?.id === "keys") liftPen(board);
    board.find(".uncrumple-pen").hidden = true;
  });
}

function moveByKey(board, arrow, step) {
  board.place = board.place.map((at, axis) => Math.min(Math.max(at + [arrow[0], -arrow[1]][axis] * step, 0), CANVAS));
  if (board.pen?.id === "keys") movePen(board, [board.place]);
  showPen(board);
}

function toggleKeyPen(board) {
  if (board.pen) liftPen(board);
  else lowerPen(board, "keys", ...board.place);
  showPen(board);
}

function showPen(board) {
  const pen = board.find(".uncrumple-pen");
  pen.hidden = false;
  pen.classList.toggle("uncrumple-down", board.pen !== null);
  [pen.style.left, pen.style.top] = board.place.map((at) => `${(100 * at) / CANVAS}%`);
}

function listenToTools(board) {
  board.find('[data-testid="undo-drawing"]').addEventListener("click", () => undo(board));
  board.find('[data-testid="clear-drawing"]').addEventListener("click", () => clear(board));
  const slider = board.find("input");
  slider.addEventListener("input", () => {
    board.brush = Number(slider.value);
    redraw(board);
    predict(board);
  });
  slider.addEventListener("change", () => settle(board));
}

/** Ask for the drawing as it is now. One request at a time; what changes meanwhile is asked for right after it. */
async function predict(board) {
  board.changed = true;
  if (isEmpty(board)) return showEmpty(board);
  if (board.base && !serverKnowsPicture(board)) return;
  if (board.flying) {
    board.waiting = true;
    return;
  }
  board.flying = true;
  do {
    board.waiting = false;
    await ask(board);
  } while (board.waiting && board.alive && !isEmpty(board));
  board.flying = false;
}

async function ask(board) {
  const { changed, data } = board;
  board.changed = false;
  clearTimeout(board.retry);
  let answer;
  try {
    answer = await post(board);
  } catch (error) {
    board.changed = true;
    board.message.textContent = error.message;
    if (error.passing && board.alive) board.retry = setTimeout(() => predict(board), RETRY);
    return;
  }
  if (!board.alive || isEmpty(board)) return;
  board.message.textContent = "";
  // An answer asked for before the page told of a run knows nothing of that run.
  if (answer.training || data === board.data) watch(board, answer.training);
  board.find(".uncrumple-network").textContent = `Network: ${answer.network}.`;
  if (answer.empty) return showEmpty(board);
  if (changed || answer.version !== board.answer?.version) show(board, answer);
}

async function post(board) {
  const body = JSON.stringify({ session: board.data.session, ...contents(board) });
  let response;
  try {
    response = await fetch(board.data.predict, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
      cache: "no-store",
    });
  } catch {
    throw Object.assign(new Error("The server does not answer. Your drawing is kept; is the app still running?"), {
      passing: true,
    });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(answer.error ?? `The server could not look at this drawing (error ${response.status}).`);
}

/** While a network is being trained, the same drawing is scored again and again. */
function watch(board, training) {
  if (Boolean(board.watching) === Boolean(training)) return;
  clearInterval(board.watching);
  board.watching = training ? setInterval(() => rescore(board), RESCORE) : 0;
}

async function rescore(board) {
  if (board.flying || document.hidden || isEmpty(board) || (board.base && !serverKnowsPicture(board))) return;
  board.flying = true;
  await ask(board);
  board.flying = false;
  if (board.waiting) predict(board);
}

function show(board, answer) {
  board.answer = answer;
  board.root.classList.remove("uncrumple-nothing");
  answer.probabilities.forEach((share, digit) => showBar(board, digit, share, digit === answer.predicted));
  board.digit.textContent = String(answer.predicted);
  board.digit.dataset.seq = String(Number(board.digit.dataset.seq) + 1);
  const sure = `probability ${percent(answer.probabilities[answer.predicted])}`;
  board.find(".uncrumple-sure").textContent = sure;
  // Only what the pen left behind is read aloud; while it moves, that would be noise.
  if (board.speak && !board.waiting) {
    board.speak = false;
    board.find(".uncrumple-spoken").textContent = `The network sees a ${answer.predicted}, ${sure}.`;
  }
  paintSoon(board);
}

/** The bars come first: the pictures are painted after the frame that shows the bars, and only the newest. */
function paintSoon(board) {
  if (board.painting) return;
  board.painting = true;
  requestAnimationFrame(() =>
    setTimeout(() => {
      board.painting = false;
      if (!board.alive) return;
      // A line drawn at once is smoother than one that grew piece by piece under the pen.
      if (!board.pen) redraw(board);
      paintAll(board);
    }),
  );
}

function showBar(board, digit, share, best) {
  const bar = board.bars[digit];
  const value = bar.lastElementChild;
  bar.classList.toggle("uncrumple-best", best);
  bar.querySelector("i").style.width = `${100 * (share ?? 0)}%`;
  value.textContent = share === null ? "–" : percent(share);
  value.dataset.value = share === null ? "" : String(share);
  value.setAttribute("aria-label", `Probability of ${digit}`);
  value.setAttribute("aria-valuenow", String(share ?? 0));
  value.setAttribute("aria-valuetext", share === null ? "nothing drawn yet" : percent(share));
}

function showEmpty(board) {
  board.answer = null;
  board.message.textContent = "";
  clearTimeout(board.retry);
  digits.forEach((digit) => showBar(board, digit, null, false));
  board.digit.textContent = "–";
  board.root.classList.add("uncrumple-nothing");
  board.find(".uncrumple-sure").textContent = "Nothing drawn yet";
  board.find(".uncrumple-spoken").textContent = "";
  paintAll(board);
}

function renew(board, data) {
  const fresh = !board.begun;
  const before = board.data;
  board.begun = true;
  board.data = data;
  if (fresh || !board.answer) board.find(".uncrumple-network").textContent = `Network: ${data.network}.`;
  if (!fresh && data.picture && data.picture.name !== board.picture?.name) adoptPicture(board);
  else if (fresh || data.session !== before.session || data.picture?.name !== before.picture?.name) predict(board);
  else if (data.version !== board.answer?.version) rescore(board);
  watch(board, data.training);
}

function release(board) {
  board.alive = false;
  for (const timer of [board.telling, board.retry]) clearTimeout(timer);
  clearInterval(board.watching);
}

export default mount({ build, renew, release, identify: always });
