// Descents with batches of different sizes, raced at equal samples seen: paths on the surface, the loss against samples
// and against time. Runs for every learning rate came from Python at once, so dragging a rate only looks up another run.
// Back to Python go a new start, and the rates and the clock once let go.

import { floatsOf, SIDES } from "../noise_board/map.js";
import { mount, paletteOf, request, watchSize, watchTheme } from "../shared/board.js";
import { number } from "../shared/numbers.js";
import { isStill, makePlayer } from "../shared/player.js";
import { onArrows, placeIn } from "../shared/pointing.js";
import { paintLosses, paintMap } from "./painting.js";

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-noise race";
  root.dataset.testid = "noise-race";
  root.innerHTML = `
    <div class="panes">
      <figure class="map"><h4>Paths on the loss of all samples</h4><canvas tabindex="0" role="application"></canvas>
        <figcaption>Click, or use the arrow keys, to start elsewhere. The cross marks the minimum.</figcaption></figure>
      <figure class="seen"><h4>Loss above its minimum, by samples seen</h4><canvas role="img"></canvas></figure>
      <figure class="time"><h4>The same by measured time</h4><canvas role="img"></canvas></figure>
    </div>
    <div class="controls" data-scrubs>
      <button type="button" class="play">Play</button>
      <button type="button" class="back" aria-label="Step back" title="Step back">◀</button>
      <button type="button" class="forth" aria-label="Step forward" title="Step forward">▶</button>
      <label class="grow">Samples seen <input type="range" class="clock" min="0" step="1"><output></output></label>
      <label>Speed <input type="range" class="speed" min="-4" max="2" step="1" value="0"><output>1×</output></label>
    </div>
    <ul class="rows"></ul>
    <label class="linked"><input type="checkbox" checked> One learning rate for all</label>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    map: find(".map canvas"),
    seen: find(".seen canvas"),
    time: find(".time canvas"),
    rows: find(".rows"),
    clock: find(".clock"),
    speed: find(".speed"),
    linked: find(".linked input"),
    methods: [],
    pending: 0,
    drawn: 0,
    sent: 0,
  };
  state.player = playerOf(state, find(".play"));
  listen(state, find);
  watchTheme(state, request);
  watchSize(state, request);
  return state;
}

function listen(state, find) {
  state.clock.addEventListener("input", () => {
    state.player.stop();
    request(state);
  });
  state.clock.addEventListener("change", () => report(state));
  find(".back").addEventListener("click", () => step(state, -1));
  find(".forth").addEventListener("click", () => step(state, 1));
  state.speed.addEventListener("input", () => {
    state.speed.nextElementSibling.textContent = `${number(2 ** Number(state.speed.value))}×`;
  });
  state.linked.addEventListener("change", () => {
    if (state.linked.checked && state.methods.length) setRates(state, state.methods[0].input.value);
    report(state);
    request(state);
  });
  state.map.addEventListener("click", (event) => place(state, state.view.toPoint(...placeIn(state.map, event))));
  onArrows(state.map, (way) => {
    place(
      state,
      state.start.map((value, axis) => value + way[axis] / 10),
    );
  });
}

// Clock, rates and start.

function playerOf(state, button) {
  let time = 0;
  let shown = 0;
  return makePlayer({
    button,
    begin: () => {
      if (Number(state.clock.value) >= state.data.total) state.clock.value = "0";
      time = Number(state.clock.value);
    },
    advance: (seconds, now) => {
      const { total, samples } = state.data;
      // One pass over the samples a second; a few pictures a second are enough for readers who want little motion.
      time = Math.min(time + samples * 2 ** Number(state.speed.value) * seconds, total);
      if (!isStill() || now - shown > 300 || time >= total) {
        shown = now;
        state.clock.value = String(Math.floor(time));
        paint(state);
      }
      return time < total;
    },
    told: (playing) => {
      state.root.dataset.playing = String(playing);
    },
    ended: () => report(state),
  });
}

function step(state, way) {
  state.player.stop();
  state.clock.value = String(Number(state.clock.value) + way);
  report(state);
  request(state);
}

function setRates(state, value) {
  for (const { input } of state.methods) input.value = value;
}

function place(state, point) {
  state.start = point.map((value) => Math.round(100 * Math.min(Math.max(value, SIDES[0]), SIDES[1])) / 100);
  send(state, "start", { start: state.start });
  request(state);
}

function report(state) {
  send(state, "settings", {
    clock: Number(state.clock.value),
    linked: state.linked.checked,
    rates: Object.fromEntries(state.methods.map(({ key, input }) => [key, Number(input.value)])),
  });
}

function send(state, name, value) {
  state.sent += 1;
  const count = `${Date.now()}.${state.sent}`;
  if (name === "start") state.awaited = count;
  state.setStateValue(name, { ...value, count });
}

// Runs.

/** How many updates a method has made once so many samples are seen; an epoch's last batch may be smaller. */
function updatesAt({ size }, { samples, total }, clock) {
  const perEpoch = Math.ceil(samples / size);
  const epoch = Math.floor(clock / samples);
  return clock >= total ? (total / samples) * perEpoch : epoch * perEpoch + Math.floor((clock % samples) / size);
}

/** The present run of a method: its positions, the loss above the minimum at each, and where it left all bounds. */
function runOf(state, method) {
  const rate = Number(method.input.value);
  if (method.run?.rate === rate) return method.run;
  const length = 2 * (method.updates + 1);
  const places = method.positions.subarray(rate * length, (rate + 1) * length);
  const { means, minimum } = state.data;
  const above = new Float64Array(method.updates + 1).map((_, k) => {
    const [dw, db] = [places[2 * k] - minimum[0], places[2 * k + 1] - minimum[1]];
    return means.xx * dw * dw + 2 * means.x * dw * db + db * db;
  });
  const lost = above.findIndex((value) => !(value < 1e9));
  const late = above.subarray(Math.floor(above.length * 0.75));
  const mean = late.reduce((sum, value) => sum + value, 0) / late.length;
  const spread = Math.sqrt(late.reduce((sum, value) => sum + (value - mean) ** 2, 0) / late.length);
  method.run = { rate, places, above, lost, mean, spread };
  return method.run;
}

// Painting.

function paint(state) {
  if (!state.data || !state.root.clientWidth) return;
  const palette = paletteOf(state);
  const clock = Number(state.clock.value);
  const narrow = state.root.clientWidth < 700;
  const runs = state.methods.map((method) => ({
    method,
    ...runOf(state, method),
    now: updatesAt(method, state.data, clock),
  }));
  paintMap(state, palette, runs, narrow);
  paintLosses(state, palette, runs, narrow);
  write(state, palette, runs, clock);
  state.drawn += 1;
  Object.assign(state.root.dataset, { drawn: String(state.drawn), clock: String(clock) });
  state.root.runs = runs;
}

function write(state, palette, runs, clock) {
  for (const { method, above, lost, now, mean, spread } of runs) {
    method.line.setAttribute("stroke", palette[method.color]);
    const rate = number(state.data.rates[Number(method.input.value)], 2);
    method.input.nextElementSibling.textContent = rate;
    method.input.setAttribute("aria-valuetext", `learning rate ${rate}`);
    const late = `last quarter ${number(mean, 2)}, deviation ${number(spread, 2)}`;
    const verdict =
      lost >= 0 && lost <= now
        ? `${now} updates: out of all bounds since update ${lost}, it diverges`
        : `${now} updates: ${number(above[now], 2)} above the minimum${lost < 0 ? ` · ${late}` : ""}`;
    if (method.verdict.textContent !== verdict) method.verdict.textContent = verdict;
    method.verdict.classList.toggle("diverged", lost >= 0);
  }
  state.clock.nextElementSibling.textContent = `${clock} of ${state.data.total}`;
  state.clock.setAttribute("aria-valuetext", `${clock} of ${state.data.total} samples seen`);
}

function fillRows(state) {
  const known = Object.fromEntries(state.methods.map(({ key, input }) => [key, input?.value]));
  state.methods = state.data.methods.map((method) => {
    const item = document.createElement("li");
    item.innerHTML = `<svg width="28" height="10" aria-hidden="true"><line x1="0" y1="5" x2="28" y2="5" stroke-width="3"
      stroke-dasharray="${method.dash}"/></svg><strong></strong><label>Rate <input type="range" min="0" step="1"
      max="${state.data.rates.length - 1}"><output></output></label><span class="verdict"></span>`;
    item.querySelector("strong").textContent = method.title;
    const input = item.querySelector("input");
    input.dataset.method = method.key;
    input.setAttribute("aria-label", `Learning rate, ${method.title}`);
    input.addEventListener("input", () => {
      if (state.linked.checked) setRates(state, input.value);
      request(state);
    });
    input.addEventListener("change", () => report(state));
    const asked = state.renewed ? method.rate : (known[method.key] ?? method.rate);
    input.value = String(asked);
    return {
      ...method,
      input,
      item,
      positions: floatsOf(method.positions),
      line: item.querySelector("line"),
      verdict: item.querySelector(".verdict"),
    };
  });
  state.rows.replaceChildren(...state.methods.map(({ item }) => item));
}

function renew(state, data) {
  const shape = JSON.stringify([data.methods.map(({ key, updates }) => [key, updates]), data.version]);
  const fresh = shape !== state.shape;
  state.renewed = data.version !== state.version;
  // Answers to earlier starts come while a later one is on its way.
  const answers = !state.awaited || data.answered === state.awaited || state.renewed;
  if (answers) Object.assign(state, { awaited: null, start: [...data.start] });
  Object.assign(state, { shape, version: data.version, data });
  state.clock.max = String(data.total);
  if (state.renewed) {
    state.clock.value = String(data.clock);
    state.linked.checked = data.linked;
  }
  if (fresh) fillRows(state);
  else {
    data.methods.forEach((method, k) => {
      const { input, item, line, verdict } = state.methods[k];
      state.methods[k] = { ...method, input, item, line, verdict, positions: floatsOf(method.positions) };
    });
  }
  state.map.setAttribute("aria-label", data.alt.map);
  state.seen.setAttribute("aria-label", data.alt.seen);
  state.time.setAttribute("aria-label", data.alt.time);
  state.root.dataset.version = data.version;
  request(state);
}

export default mount({ paint, build, renew });
