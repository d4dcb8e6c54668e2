// What the boards draw with: strokes, discs, arrows, clipping, text that stands out, the frame of a picture with axes.

let recorder = null;

/** From now on pens and paths are the recorder's: pen(canvas, context) and path(). With null they are plain again. */
export function recordWith(taking) {
  recorder = taking;
}

/** What draws on a canvas: its context or, while a picture is written down, a pen that also takes notes. */
export function penOf(canvas, options) {
  const context = canvas.getContext("2d", options);
  return recorder?.pen(canvas, context) ?? context;
}

/** An empty path that a pen can stroke or fill. */
export const newPath = () => recorder?.path() ?? new Path2D();

export const FONT = "12px system-ui, sans-serif";
export const LABEL_FONT = "600 12px system-ui, sans-serif";

/** A path through places [x, y], in pixels. */
export function trace(pen, places) {
  pen.beginPath();
  places.forEach((place, k) => (k ? pen.lineTo(...place) : pen.moveTo(...place)));
}

export function stroke(pen, places, color, width = 1, dash = []) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.lineJoin = "round";
  pen.setLineDash(dash);
  trace(pen, places);
  pen.stroke();
  pen.setLineDash([]);
}

/** A disc with a rim, which is the paper's colour where the disc is to stand out. */
export function disc(pen, [x, y], radius, fill, rim, width = 2) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = width;
  pen.strokeStyle = rim;
  pen.stroke();
}

/** Where an arrow of this width has its shaft and its tip, in pixels; none that is too short to be seen. */
export function arrowParts([x, y], [ex, ey], width) {
  const length = Math.hypot(ex - x, ey - y);
  if (!(length > 1.5)) return null;
  const [ux, uy] = [(ex - x) / length, (ey - y) / length];
  const head = Math.min(4 + 2.6 * width, length);
  const side = (way) => [ex - ux * head - way * uy * head * 0.5, ey - uy * head + way * ux * head * 0.5];
  const shaft = [
    [x, y],
    [ex - ux * head * 0.8, ey - uy * head * 0.8],
  ];
  return { shaft, tip: [[ex, ey], side(1), side(-1), [ex, ey]] };
}

/** An arrow between two places; rim: the colour of a line around it, where it is to stand out. */
export function arrow(pen, from, to, color, { width = 3, dash = [], rim = "" } = {}) {
  const parts = arrowParts(from, to, width);
  if (!parts) return;
  if (rim) {
    stroke(pen, parts.shaft, rim, width + 3);
    stroke(pen, parts.tip, rim, 3);
  }
  stroke(pen, parts.shaft, color, width, dash);
  pen.fillStyle = color;
  trace(pen, parts.tip);
  pen.fill();
}

/** Nothing of what draw() does leaves the rectangle. */
export function clipped(pen, { left, top, wide, tall }, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, wide, tall);
  pen.clip();
  draw();
  pen.restore();
}

/** Text with a rim of the paper's colour, so that lines below do not cross it; aligned as the pen is. */
export function rimmed(pen, text, x, y, color, paper) {
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = paper;
  pen.strokeText(text, x, y);
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

/** Text that runs upwards, its middle there: the title of an upright axis. */
export function upright(pen, text, x, y) {
  pen.save();
  pen.translate(x, y);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(text, 0, 0);
  pen.restore();
}

/**
 * The numbers of both axes and their titles. xs, ys: [pixel, text] of each number; across, up: the titles, or "".
 * palette: its muted colour is that of the text. below: pixels from the frame to a number; title: to the title.
 */
export function axes(
  pen,
  { left, top, wide, tall },
  palette,
  { xs, ys, across = "", up = "", below = 12, title = 28 },
) {
  pen.fillStyle = palette.muted;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  for (const [pixel, text] of xs) pen.fillText(text, pixel, top + tall + below);
  if (across) pen.fillText(across, left + wide / 2, top + tall + title);
  pen.textAlign = "right";
  for (const [pixel, text] of ys) pen.fillText(text, left - 6, pixel);
  if (up) upright(pen, up, 9, top + tall / 2);
}
