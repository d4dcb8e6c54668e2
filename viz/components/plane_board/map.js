// An object under y = W @ x + b, relu after it if asked for: the map in hand, its handles, its way from nothing.
// Numbers and sliders: plane_map_controls. Pictures: plane_map_painting.

import { request } from "../shared/board.js";
import { isStill, makePlayer } from "../shared/player.js";
import { affine, press, same } from "./arithmetic.js";
import { makeHandle, tidy } from "./handles.js";
import { makeMapControls, makePresets } from "./map_controls.js";
import { paintMap } from "./map_painting.js";
import { ladder } from "./painting.js";
import { makeSprites, takeShapes } from "./pictures.js";
import { refuse } from "./telling.js";
import { change, within } from "./way.js";

export const MAP = {
  make: makeMap,
  take: takeMap,
  paint: paintMap,
  reach: mapReach,
  settings: mapSettings,
  recolor: makeSprites,
};
const PLAY_SECONDS = 2.5;

function makeMap(state) {
  state.root.dataset.testid = "plane-map";
  state.root.innerHTML = `
    <div class="presets" role="group" aria-label="Kind of map"></div>
    <div class="columns">
      <div class="left">
        <div class="stage"><canvas role="img"></canvas></div>
        <div class="morph" data-scrubs><button type="button" class="play"></button>
          <label class="grow">From nothing to the map <input type="range" class="part" min="0" max="1" step="0.01"></label>
          <output></output></div>
        <p class="way"></p>
        <p class="verdict" role="status"></p>
      </div>
      <div class="panel">
        <label class="choice">Object <select class="objects"></select></label>
        <div class="equation map"></div>
        <div class="sliders"></div>
        <p class="message" role="alert" hidden></p>
        <div class="readouts"></div>
        <button type="button" class="undo">Back to nothing: W = identity, b = 0</button>
      </div>
    </div>`;
  const find = (selector) => state.root.querySelector(selector);
  Object.assign(state, {
    canvas: find("canvas"),
    message: find(".message"),
    partSlider: find(".part"),
    partWords: find(".morph output"),
    wayWords: find(".way"),
    verdict: find(".verdict"),
    objects: find(".objects"),
    part: 1,
  });
  state.partSlider.value = "1";
  makeMapControls(state, find);
  makeMapHandles(state, find(".stage"));
  state.partSlider.addEventListener("input", () => {
    state.player.stop();
    goTo(state, Number(state.partSlider.value));
  });
  state.player = playerOf(state, find(".play"));
  // Where a point of the plane is drawn just now, for what reads the picture from outside.
  state.root.imageOf = (point) => press(affine(state.stage, point), state.stage.pressed);
  state.root.pixelOf = (point) => state.view.toPixel(...point);
}

function makeMapHandles(state, stage) {
  const column = (k) => [state.map.W[k] + state.map.b[0], state.map.W[2 + k] + state.map.b[1]];
  for (const k of [0, 1]) {
    makeHandle(state, stage, {
      name: `column${k}`,
      label: `Head of the arrow W[:, ${k}], the image of ${k ? "[0, 1]" : "[1, 0]"}`,
      read: () => column(k),
      write: (point) => {
        const W = [...state.map.W];
        [0, 1].forEach((row) => {
          W[2 * row + k] = within(tidy(point[row] - state.map.b[row]), state.data.most);
        });
        change(state, { W });
      },
    });
  }
  makeHandle(state, stage, {
    name: "b",
    label: "Head of b, where the origin goes",
    read: () => state.map.b,
    write: (point) => change(state, { b: point }),
  });
}

function takeMap(state, known) {
  const { data } = state;
  state.shapes = known && same(known.objects.map(keyOf), data.objects.map(keyOf)) ? state.shapes : takeShapes(data);
  if (!known || !same(known.objects.map(keyOf), data.objects.map(keyOf))) {
    state.objects.replaceChildren(...data.objects.map(({ name, title }) => new Option(title, name)));
    state.objects.value = state.chosen ?? data.chosen;
  }
  if (!known) makePresets(state);
  if (known?.version === data.version) return;
  const { W, b, relu } = data.map;
  Object.assign(state, {
    map: { W: [...W], b: [...b], relu },
    chosen: data.chosen,
    preset: data.preset,
    layers: { ...data.layers },
    part: 1,
  });
  state.objects.value = data.chosen;
  if (!known) [state.part] = state.kept.numbers([[0, 1]]) ?? [1];
  refuse(state, "");
}

const keyOf = ({ title, pixels, height }) => `${title} ${height ?? ""} ${pixels ?? ""}`;

function mapSettings({ map, chosen, preset, layers }) {
  return { ...map, chosen, preset, layers };
}

/** How far the plane must be shown: handles, the object's image, and all of the way there. */
function mapReach(state) {
  const {
    W: [a, b, c, d],
    b: [p, q],
  } = state.map;
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [-1, 1],
    [1, -1],
    [-1, -1],
  ];
  const places = corners.map(([x, y]) => [a * x + b * y + p, c * x + d * y + q]);
  const aspect = state.view ? state.view.wide / state.view.tall : 1;
  return ladder(2.5, 1.1 * Math.max(1, ...places.map(([x, y]) => Math.max(Math.abs(x) / aspect, Math.abs(y)))));
}

// The way from nothing to the map.

function goTo(state, part) {
  state.part = part;
  request(state);
}

/** From the beginning, or on from here; with reduced motion in five steps. */
function playerOf(state, button) {
  let reached = 0;
  return makePlayer({
    button,
    begin: () => goTo(state, (reached = state.part >= 1 ? 0 : state.part)),
    advance: (seconds) => {
      reached = Math.min(reached + seconds / PLAY_SECONDS, 1);
      goTo(state, isStill() ? Math.floor(reached * 4) / 4 : reached);
      return reached < 1;
    },
  });
}
