// How a scene of tensors is painted on a canvas: colours, cells, brackets, labels, the thread. Belongs to live_cells.

/** "#rrggbb" → [red, green, blue]. */
function channels(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** One colour laid over another, 0 to 1 strong. */
function blend(under, over, strength) {
  return under.map((value, channel) => Math.round(value + (over[channel] - value) * strength));
}

/** Relative luminance, WCAG 2. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Fill and text colours of the reader's palette, each mixed once: text is whichever of the two reads better. */
export class Paints {
  constructor(palette) {
    this.palette = palette;
    this.rgb = Object.fromEntries(Object.entries(palette).map(([name, hex]) => [name, channels(hex)]));
    this.known = new Map();
  }

  mixed(fill, strength, lit) {
    const level = fill ? Math.round(strength * 48) : 0;
    const key = `${fill}|${level}|${lit}`;
    let found = this.known.get(key);
    if (!found) {
      let rgb = fill ? blend(this.rgb.surface, this.rgb[fill] ?? this.rgb.data, level / 48) : this.rgb.surface;
      if (lit) rgb = blend(rgb, this.rgb[lit] ?? this.rgb.prediction, 0.3);
      const own = luminance(rgb);
      const contrast = (name) => {
        const other = luminance(this.rgb[name]);
        return (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05);
      };
      const text = contrast("text") >= contrast("surface") ? this.palette.text : this.palette.surface;
      this.known.set(key, (found = { fill: `rgb(${rgb.join(" ")})`, text }));
    }
    return found;
  }
}

const PLAIN = "system-ui, sans-serif";

/** Where a bracket's line and text stand in pixels; at turns scene units into pixels. */
export function bracketShape(context, mark, at) {
  const [x0, y0] = at(mark.start);
  const [x1, y1] = at(mark.end);
  const out = 9 + 22 * (mark.level - 1);
  context.font = `12.5px ${PLAIN}`;
  const width = context.measureText(mark.text).width;
  const x = (x0 + x1) / 2;
  const y = (y0 + y1) / 2;
  if (mark.side === "bottom") {
    return { x0, y0: y0 + out, x1, y1: y1 + out, x, y: y + out + 11, turn: 0, width, align: "center" };
  }
  if (mark.side === "top") {
    return { x0, y0: y0 - out, x1, y1: y1 - out, x, y: y - out - 10, turn: 0, width, align: "center" };
  }
  if (mark.side === "left") {
    return { x0: x0 - out, y0, x1: x1 - out, y1, x: x - out - 10, y, turn: -Math.PI / 2, width, align: "center" };
  }
  return { x0: x0 - 6, y0: y0 - 6, x1: x1 - 6, y1: y1 - 6, x: x1 - 12, y: y1 - 17, turn: 0, width, align: "left" };
}

/** The pixels a bracket's line and text cover: [left, top, right, bottom]. */
export function bracketBox(shape) {
  const half = shape.width / 2;
  const [across, along] = shape.turn ? [8, half] : [half, 8];
  const middle = shape.align === "left" ? shape.x + half : shape.x;
  return [
    Math.min(shape.x0, shape.x1, middle - across),
    Math.min(shape.y0, shape.y1, shape.y - along),
    Math.max(shape.x0, shape.x1, middle + across),
    Math.max(shape.y0, shape.y1, shape.y + along),
  ];
}

function labelFont(label, scale) {
  return `${label.lift ? 600 : 500} ${Math.max(13, Math.min(20, scale * 0.42)) * label.size}px ${PLAIN}`;
}

/** The pixels a label covers. */
export function labelBox(context, label, at, scale) {
  context.font = labelFont(label, scale);
  const [x, y] = at([label.x, label.y]);
  const half = context.measureText(label.text).width / 2;
  const rise = 10 * label.size;
  return [x - half, y - label.lift - rise, x + half, y - label.lift + rise];
}

export function paintBracket(context, paints, mark, shape, alpha, strong) {
  context.globalAlpha = alpha;
  context.strokeStyle = context.fillStyle = paints.palette[mark.color] ?? paints.palette.text;
  context.lineWidth = strong ? 4 : 2;
  const long = Math.hypot(shape.x1 - shape.x0, shape.y1 - shape.y0) || 1;
  const [nx, ny] = [-(shape.y1 - shape.y0) / long, (shape.x1 - shape.x0) / long];
  context.beginPath();
  for (const [x, y] of [
    [shape.x0, shape.y0],
    [shape.x1, shape.y1],
  ]) {
    context.moveTo(x + 4 * nx, y + 4 * ny);
    context.lineTo(x - 4 * nx, y - 4 * ny);
  }
  context.moveTo(shape.x0, shape.y0);
  context.lineTo(shape.x1, shape.y1);
  context.stroke();
  context.save();
  context.translate(shape.x, shape.y);
  context.rotate(shape.turn);
  context.font = `${strong ? 700 : 500} 12.5px ${PLAIN}`;
  context.textAlign = shape.align;
  context.textBaseline = "middle";
  context.fillText(mark.text, 0, 0);
  context.restore();
  context.globalAlpha = 1;
}

export function paintLabel(context, paints, label, at, scale, alpha) {
  const [x, y] = at([label.x, label.y]);
  context.globalAlpha = alpha;
  context.fillStyle = paints.palette[label.color] ?? paints.palette.text;
  context.font = labelFont(label, scale);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(label.text, x, y - label.lift);
  context.globalAlpha = 1;
}

/** One cell at pixels x, y; look: {fill, strength, lit, text, ghost, alpha, tint, tintStrength}. */
export function paintCell(context, paints, x, y, scale, look) {
  const gap = scale >= 20 ? 2 : scale >= 9 ? 1 : 0;
  const side = scale - gap;
  const paint = paints.mixed(look.fill, look.strength, look.lit);
  if (gap) {
    // The sheet itself: what stands behind does not show between its cells.
    context.globalAlpha = look.alpha;
    context.fillStyle = paints.palette.surface;
    context.fillRect(x, y, scale, scale);
  }
  context.globalAlpha = look.alpha * (look.ghost ? 0.55 : 1);
  context.fillStyle = paint.fill;
  // Without a gap, pixels of an image must not let the background through their seams.
  context.fillRect(x, y, gap ? side : side + 0.5, gap ? side : side + 0.5);
  if (look.tint) {
    context.fillStyle = paints.palette[look.tint];
    context.globalAlpha = look.alpha * look.tintStrength;
    context.fillRect(x, y, side, side);
    context.globalAlpha = look.alpha * (look.ghost ? 0.55 : 1);
  }
  if (scale >= 20 || (gap && look.lit)) {
    const wide = look.lit && scale >= 20 ? 2.5 : 1;
    context.lineWidth = wide;
    context.strokeStyle = look.lit ? paints.palette[look.lit] : look.ghost ? paints.palette.muted : paints.palette.edge;
    if (look.ghost) context.setLineDash([3, 3]);
    context.strokeRect(x + wide / 2, y + wide / 2, side - wide, side - wide);
    if (look.ghost) context.setLineDash([]);
  }
  context.globalAlpha = 1;
  if (look.text && !look.wordless) paintText(context, paints, x, y, scale, look);
}

const SMALLEST = 8;
// The page's own font is narrow: numbers fit as "-0.05" into cells where they would else be left out.
const NUMERAL = '"Source Sans", system-ui, sans-serif';

/** For each block the width of the widest text its cells show in any frame, in ems. */
export function widestTexts(context, { blocks, cells, frames }) {
  const texts = blocks.map(() => new Set());
  for (const { block, text } of cells) texts[block].add(text);
  for (const frame of frames) {
    for (const [cell, text] of Object.entries(frame.texts)) texts[cells[cell].block].add(text);
  }
  context.font = `100px ${NUMERAL}`;
  return texts.map((found) => Math.max(0.5, ...[...found].map((text) => context.measureText(text).width / 100)));
}

/** The one size in which all numbers of a block fit their cells; 0 where it could not be read. */
export function textSize(scale, widest) {
  const size = Math.min(scale * 0.4, 17, Math.min(scale - 5, scale * 0.84) / widest);
  return scale < 20 || size < SMALLEST ? 0 : size;
}

export function paintText(context, paints, x, y, scale, look) {
  const side = scale - 2;
  const { size } = look;
  if (!size) return;
  context.globalAlpha = look.alpha * (look.ghost ? 0.7 : 1);
  context.fillStyle = paints.mixed(look.fill, look.strength, look.lit).text;
  context.font = `${size}px ${NUMERAL}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(look.text, x + side / 2, y + side / 2 + 0.5);
  context.globalAlpha = 1;
}

/** A line through the cells' middles in their order, with an arrow's head at its end. */
export function paintThread(context, paints, points, alpha) {
  if (points.length < 2) return;
  context.globalAlpha = 0.75 * alpha;
  context.strokeStyle = context.fillStyle = paints.palette.loss;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  points.forEach(([x, y], step) => (step ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  const [x, y] = points.at(-1);
  const before = points.at(-2);
  const angle = Math.atan2(y - before[1], x - before[0]);
  context.beginPath();
  context.moveTo(x + 5 * Math.cos(angle), y + 5 * Math.sin(angle));
  for (const turn of [2.5, -2.5]) context.lineTo(x + 8 * Math.cos(angle + turn), y + 8 * Math.sin(angle + turn));
  context.fill();
  context.beginPath();
  context.arc(points[0][0], points[0][1], 4, 0, 7);
  context.fill();
  context.globalAlpha = 1;
}
