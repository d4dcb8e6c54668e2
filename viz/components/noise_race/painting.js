// The three pictures of noise_race: paths on the surface, and the loss against samples seen and against time.

import { paintAxes, paintCross, paintSurface, SIDES, sized, viewOf } from "../noise_board/map.js";
import { number } from "../shared/numbers.js";
import { clipped, disc } from "../shared/pen.js";

export function paintMap(state, palette, runs, narrow) {
  const { pen, width, height } = sized(state.map, narrow ? 320 : 440);
  const view = (state.view = viewOf(width, height, SIDES, SIDES));
  paintSurface(pen, view, state.data.means, palette);
  clipped(pen, view, () => {
    if (state.data.means.count) paintCross(pen, view, state.data.minimum, palette);
    for (const run of runs) paintPath(pen, view, run, palette);
    for (const run of runs) {
      const here = [run.places[2 * run.now], run.places[2 * run.now + 1]];
      if (here.every(Number.isFinite))
        disc(pen, bounded(view.toPixel(here)), 6, palette[run.method.color], palette.surface);
    }
    pen.strokeStyle = palette.text;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(...view.toPixel(state.start), 8, 0, 7);
    pen.stroke();
  });
}

/** Pixels far outside are drawn as not quite so far: canvases have limits. */
function bounded(place) {
  return place.map((pixel) => Math.max(-4000, Math.min(4000, pixel)));
}

function dashed(pen, run, palette) {
  pen.strokeStyle = palette[run.method.color];
  pen.lineJoin = "round";
  pen.setLineDash(
    run.method.dash
      .split(" ")
      .map(Number)
      .filter((size) => size),
  );
}

function paintPath(pen, view, run, palette) {
  dashed(pen, run, palette);
  const many = run.method.updates > 400;
  const end = run.lost < 0 ? run.method.updates : run.lost - 1;
  for (const [to, alpha, wide] of [
    [end, 0.2, 1],
    [Math.min(run.now, end), many ? 0.75 : 1, many ? 1 : 2.25],
  ]) {
    pen.globalAlpha = alpha;
    pen.lineWidth = wide;
    pen.beginPath();
    for (let k = 0; k <= to; k += 1) pen.lineTo(...bounded(view.toPixel([run.places[2 * k], run.places[2 * k + 1]])));
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

export function paintLosses(state, palette, runs, narrow) {
  const { data } = state;
  const firsts = data.methods.map(({ seconds }) => seconds);
  const lasts = data.methods.map(({ seconds, updates }) => seconds * updates);
  const top = Math.max(10, ...runs.map((run) => 2 * run.above[0]).filter(Number.isFinite));
  const charts = [
    { canvas: state.seen, x: "samples seen", span: [0, data.total], at: (run, k) => seenAfter(run.method, data, k) },
    {
      canvas: state.time,
      x: "microseconds of measured time",
      log: true,
      span: [Math.log10(Math.min(...firsts) * 1e6), Math.log10(Math.max(...lasts) * 1e6)],
      at: (run, k) => Math.log10(Math.max(k, 0.5) * run.method.seconds * 1e6),
    },
  ];
  for (const chart of charts) paintChart(chart, [Math.log10(LOWEST), Math.log10(top)], palette, runs, narrow);
}

function paintChart({ canvas, x, span, at, log }, heights, palette, runs, narrow) {
  const { pen, width, height } = sized(canvas, narrow ? 210 : 205);
  const usable = runs.length && span.every(Number.isFinite) && span[1] > span[0];
  const view = viewOf(width, height, usable ? span : [0, 1], heights, { left: 48, right: 18, top: 6, bottom: 36 });
  const powers = [-6, -4, -2, 0, 2, 4].filter((power) => power <= heights[1]);
  const xs = !usable ? [] : log ? wholeIn(span) : [0, 0.25, 0.5, 0.75, 1].map((part) => part * span[1]);
  const power = (value) => number(10 ** value, 1);
  paintAxes(pen, view, palette, {
    xs,
    ys: powers,
    x,
    y: "above the minimum",
    xText: log ? power : number,
    yText: power,
  });
  if (!usable) return;
  clipped(pen, view, () => {
    for (const run of runs) paintLoss(pen, view, run, at, palette);
    for (const run of runs) {
      const place = view.toPixel([at(run, run.now), Math.log10(Math.max(run.above[run.now], LOWEST))]);
      if (place.every(Number.isFinite)) disc(pen, place, 5, palette[run.method.color], palette.surface);
    }
  });
}

function wholeIn([low, high]) {
  const found = [];
  for (let power = Math.ceil(low); power <= high; power += 1) found.push(power);
  return found;
}

function paintLoss(pen, view, run, at, palette) {
  dashed(pen, run, palette);
  const many = run.method.updates > 400;
  const end = run.lost < 0 ? run.method.updates : run.lost;
  for (const [to, alpha, wide] of [
    [end, 0.22, 1],
    [Math.min(run.now, end), many ? 0.8 : 1, many ? 1 : 2],
  ]) {
    pen.globalAlpha = alpha;
    pen.lineWidth = wide;
    pen.beginPath();
    for (let k = 0; k <= to; k += 1) {
      pen.lineTo(...bounded(view.toPixel([at(run, k), Math.log10(Math.max(run.above[k], LOWEST))])));
    }
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
  if (run.lost < 0 && run.mean > LOWEST && run.now >= run.method.updates) paintFloor(pen, view, run, at, palette);
}

/** The mean over the last quarter: the noise floor, where the method has one. */
function paintFloor(pen, view, run, at, palette) {
  const height = Math.log10(run.mean);
  pen.strokeStyle = palette.text;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(...view.toPixel([at(run, Math.floor(0.75 * run.method.updates)), height]));
  pen.lineTo(...view.toPixel([at(run, run.method.updates), height]));
  pen.stroke();
}

const LOWEST = 1e-6;

function seenAfter({ size }, { samples }, update) {
  const perEpoch = Math.ceil(samples / size);
  return Math.floor(update / perEpoch) * samples + Math.min((update % perEpoch) * size, samples);
}
