// What a component paints on its canvases, written down as SVG: for the length of one repaint its pens also note what
// they were asked. Whatever cannot be noted makes that one canvas a bitmap.

import { recordWith } from "../shared/pen.js";
import { box, placed, STEPS } from "./paths.js";
import { round, tag, textNode } from "./tags.js";

const MOST_PARTS = 40_000;

/** Where the notes of one recording come together: shared definitions, each canvas's sheet. */
class Recording {
  constructor(root) {
    this.root = root;
    this.sheets = new WeakMap();
    this.definitions = [];
    this.known = new Map();
    this.names = new WeakMap();
    this.count = 0;
  }

  /** The sheet of a canvas of the picture, or of one that stands nowhere and may be copied into it. */
  sheet(canvas) {
    if (canvas.isConnected && !this.root.contains(canvas)) return null;
    if (!this.sheets.has(canvas)) this.sheets.set(canvas, new Sheet(this));
    return this.sheets.get(canvas);
  }

  define(make) {
    this.count += 1;
    const id = `u${this.count}`;
    this.definitions.push(make(id));
    return id;
  }

  /** A number of its own for a picture that is copied. */
  nameOf(source) {
    if (!this.names.has(source)) this.names.set(source, (this.count += 1));
    return this.names.get(source);
  }

  once(key, make) {
    if (!this.known.has(key)) this.known.set(key, this.define(make));
    return this.known.get(key);
  }
}

/** What was painted on one canvas since it was last empty, in its own pixels. */
class Sheet {
  constructor(recording) {
    this.recording = recording;
    this.version = 0;
    this.reset();
  }

  /** As a canvas is whose size was set. */
  reset() {
    this.empty();
    Object.assign(this, { path: "", clip: null, saved: [] });
  }

  empty() {
    this.parts = [];
    this.lost = false;
    this.version += 1;
  }

  add(context, text) {
    if (context.globalCompositeOperation !== "source-over" || context.shadowBlur || context.filter !== "none") {
      this.lost = true;
    }
    if (this.parts.length >= MOST_PARTS) this.lost = true;
    this.version += 1;
    if (!this.lost) this.parts.push({ clip: this.clip, text });
  }

  get markup() {
    let [text, open] = ["", null];
    for (const part of this.parts) {
      if (part.clip !== open) {
        if (open) text += "</g>";
        if (part.clip) text += `<g clip-path="url(#${part.clip})">`;
        open = part.clip;
      }
      text += part.text;
    }
    return open ? `${text}</g>` : text;
  }
}

// Painting.

/** The path a call means: the sheet's own, or that of the Path2D it was given. */
function pathOf(sheet, context, given) {
  if (!(given instanceof Path2D)) return sheet.path;
  if (!(given instanceof NotedPath)) sheet.lost = true;
  const matrix = context.getTransform();
  return (given.steps ?? []).reduce((path, [name, values]) => path + STEPS[name](path, matrix, values), "");
}

const colour = (sheet, style) => {
  if (typeof style !== "string") sheet.lost = true;
  return style;
};
const alpha = (context) => (context.globalAlpha === 1 ? null : context.globalAlpha);
const scaleOf = ({ a, b, c, d }) => Math.sqrt(Math.abs(a * d - b * c));

function filled(sheet, context, path, rule) {
  if (!path) return;
  const fill = colour(sheet, context.fillStyle);
  const odd = rule === "evenodd" ? rule : null;
  sheet.add(context, tag("path", { d: path, fill, opacity: alpha(context), "fill-rule": odd }));
}

function stroked(sheet, context, path) {
  if (!path) return;
  const scale = scaleOf(context.getTransform());
  const dashes = context
    .getLineDash()
    .map((size) => round(size * scale))
    .join(" ");
  sheet.add(
    context,
    tag("path", {
      d: path,
      fill: "none",
      stroke: colour(sheet, context.strokeStyle),
      "stroke-width": context.lineWidth * scale,
      "stroke-linecap": context.lineCap === "butt" ? null : context.lineCap,
      "stroke-linejoin": context.lineJoin === "miter" ? null : context.lineJoin,
      "stroke-dasharray": dashes || null,
      "stroke-dashoffset": context.lineDashOffset * scale || null,
      opacity: alpha(context),
    }),
  );
}

function matrixText({ a, b, c, d, e, f }) {
  return `matrix(${[a, b, c, d, e, f].map((value) => Math.round(value * 1e5) / 1e5).join(" ")})`;
}

/** How far the alphabetic base line lies below the one the context counts from. */
function drop(context, text) {
  const kept = context.textBaseline;
  if (kept === "alphabetic") return 0;
  const own = context.measureText(text).fontBoundingBoxAscent;
  context.textBaseline = "alphabetic";
  const below = context.measureText(text).fontBoundingBoxAscent - own;
  context.textBaseline = kept;
  return below;
}

function written(sheet, context, [text, x, y, most], paint) {
  const line = String(text).replace(/\s/g, " ");
  if (!line.trim()) return;
  const wide = Math.min(context.measureText(line).width, most ?? Infinity);
  const anchor = { center: "middle", right: "end", end: "end" }[context.textAlign] ?? null;
  sheet.add(
    context,
    tag(
      "text",
      {
        transform: matrixText(context.getTransform()),
        x,
        y: y + drop(context, line),
        "text-anchor": anchor,
        ...paint,
        opacity: alpha(context),
        textLength: line.length > 1 ? wide : null,
        lengthAdjust: line.length > 1 ? "spacingAndGlyphs" : null,
        style: `font:${context.font};white-space:pre`,
      },
      textNode(line),
    ),
  );
}

/** The address of a picture's part as PNG. */
function bitmap(source, [x, y, wide, tall]) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [Math.max(1, Math.ceil(wide)), Math.max(1, Math.ceil(tall))];
  copy.getContext("2d").drawImage(source, x, y, wide, tall, 0, 0, copy.width, copy.height);
  return copy.toDataURL();
}

function copied(sheet, context, [source, ...places]) {
  const { recording } = sheet;
  const [natural, tall] = [source.naturalWidth ?? source.width, source.naturalHeight ?? source.height];
  const crop = places.length === 8 ? places.slice(0, 4) : [0, 0, natural, tall];
  const [x, y, w = crop[2], h = crop[3]] = places.length === 8 ? places.slice(4) : places;
  if (!crop[2] || !crop[3] || !w || !h) return;
  const own = source instanceof HTMLCanvasElement ? recording.sheets.get(source) : null;
  const vector = own && !own.lost && own.parts.length && places.length < 8;
  const key = [recording.nameOf(source), own?.version ?? 0, vector ? "" : crop.map(round).join()].join("|");
  const id = recording.once(key, (name) =>
    vector
      ? tag("g", { id: name }, own.markup)
      : tag("image", {
          id: name,
          width: crop[2],
          height: crop[3],
          preserveAspectRatio: "none",
          href: bitmap(source, crop),
          style: "image-rendering:inherit",
        }),
  );
  const matrix = context
    .getTransform()
    .translate(x, y)
    .scale(w / crop[2], h / crop[3]);
  sheet.add(
    context,
    tag("use", {
      href: `#${id}`,
      transform: matrixText(matrix),
      opacity: alpha(context),
      style: context.imageSmoothingEnabled ? null : "image-rendering:pixelated",
    }),
  );
}

/** Whether an area, upright on the screen, covers the canvas. */
function covers(context, [x, y, wide, tall]) {
  const matrix = context.getTransform();
  const { width, height } = context.canvas;
  const [left, top] = placed(matrix, x, y).split(" ").map(Number);
  const [right, bottom] = placed(matrix, x + wide, y + tall)
    .split(" ")
    .map(Number);
  return !matrix.b && !matrix.c && left <= 1 && top <= 1 && right >= width - 1.5 && bottom >= height - 1.5;
}

/** An area wiped clean: all of it empties the sheet, a part of it no drawing can say. */
function wiped(sheet, context, area) {
  if (covers(context, area) && !sheet.clip) sheet.empty();
  else if (sheet.parts.length) sheet.lost = true;
}

function put(sheet, context, [image, x, y]) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [image.width, image.height];
  copy.getContext("2d").putImageData(image, 0, 0);
  if (!x && !y && image.width >= context.canvas.width && image.height >= context.canvas.height) sheet.empty();
  sheet.add(
    context,
    tag("image", {
      x,
      y,
      width: image.width,
      height: image.height,
      href: copy.toDataURL(),
      style: "image-rendering:inherit",
    }),
  );
}

const NOTES = {
  beginPath: (sheet) => {
    sheet.path = "";
  },
  ...Object.fromEntries(
    Object.entries(STEPS).map(([name, step]) => [
      name,
      (sheet, context, values) => {
        sheet.path += step(sheet.path, context.getTransform(), values);
      },
    ]),
  ),
  fill: (sheet, context, [first, second]) =>
    filled(sheet, context, pathOf(sheet, context, first), typeof first === "string" ? first : second),
  stroke: (sheet, context, [path]) => stroked(sheet, context, pathOf(sheet, context, path)),
  fillRect: (sheet, context, area) => {
    const path = box("", context.getTransform(), area);
    if (context.globalAlpha === 1 && !sheet.clip && covers(context, area)) sheet.empty();
    filled(sheet, context, path);
  },
  strokeRect: (sheet, context, area) => stroked(sheet, context, box("", context.getTransform(), area)),
  clearRect: wiped,
  fillText: (sheet, context, values) => written(sheet, context, values, { fill: colour(sheet, context.fillStyle) }),
  strokeText: (sheet, context, values) =>
    written(sheet, context, values, {
      fill: "none",
      stroke: colour(sheet, context.strokeStyle),
      "stroke-width": context.lineWidth,
      "stroke-linejoin": context.lineJoin,
    }),
  drawImage: copied,
  putImageData: put,
  save: (sheet) => {
    sheet.saved.push(sheet.clip);
  },
  restore: (sheet) => {
    if (sheet.saved.length) sheet.clip = sheet.saved.pop();
  },
  clip: (sheet, context, [first, second]) => {
    const path = pathOf(sheet, context, first);
    const rule = first === "evenodd" || second === "evenodd" ? "evenodd" : null;
    const outer = sheet.clip;
    sheet.clip = sheet.recording.once(`clip ${outer} ${rule} ${path}`, (id) => {
      const inner = tag("path", { d: path || "M0 0", "clip-rule": rule });
      return tag("clipPath", { id, "clip-path": outer && `url(#${outer})` }, inner);
    });
  },
  arcTo: (sheet) => {
    sheet.lost = true;
  },
};

/** A path that remembers the steps it was made of. */
class NotedPath extends Path2D {
  steps = [];
}
for (const name of Object.keys(STEPS)) {
  NotedPath.prototype[name] = function noted(...values) {
    this.steps.push([name, values]);
    Path2D.prototype[name].apply(this, values);
  };
}

/** A pen that draws as the context does, and notes on the sheet what it is asked. */
function notingPen(sheet, context) {
  const wrapped = {};
  for (const [name, note] of Object.entries(NOTES)) {
    wrapped[name] = (...values) => {
      note(sheet, context, values);
      return context[name](...values);
    };
  }
  return new Proxy(context, {
    get: (_, name) =>
      wrapped[name] ?? (typeof context[name] === "function" ? context[name].bind(context) : context[name]),
    set: (_, name, value) => Reflect.set(context, name, value, context),
  });
}

const frame = () =>
  new Promise((done) => {
    requestAnimationFrame(done);
  });

const repainted = async (root) => {
  root.dispatchEvent(new TransitionEvent("transitionend", { propertyName: "background-color" }));
  for (let k = 0; k < 3; k += 1) await frame();
};

/**
 * Let a component repaint as if the theme had changed, and write down its canvases. Returns what draw(recording) makes
 * of it at once: the recording's sheets hold, for each canvas that was painted anew and could be written down, its
 * markup.
 */
export async function recorded(root, draw) {
  const recording = new Recording(root);
  recordWith({
    pen: (canvas, context) => {
      const sheet = recording.sheet(canvas);
      return sheet && notingPen(sheet, context);
    },
    path: () => new NotedPath(),
  });
  try {
    await repainted(root);
    return draw(recording);
  } finally {
    recordWith(null);
    // Once more, so that no board keeps a pen that takes notes. Only now: some make their canvases anew.
    await repainted(root);
  }
}
