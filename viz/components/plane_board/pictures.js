// Pictures under a map: drawn as a whole in each quadrant, where relu is one linear map; what it flattens, as dots.

import { bytesOf } from "../shared/packing.js";
import { affine, determinantOf, press } from "./arithmetic.js";

const DOT = 4;

/** The objects by name; of pictures the pixels with something in them become points. */
export function takeShapes({ objects }) {
  const shapes = {};
  for (const object of objects) {
    shapes[object.name] = object.pixels ? takePicture(object) : object;
  }
  return shapes;
}

function takePicture({ height, width, ink, pixels }) {
  const bytes = bytesOf(pixels);
  const shape = { height, width, ink, pixels: bytes, side: Math.max(height, width), points: [], cells: [] };
  for (let cell = 0; cell < height * width; cell += 1) {
    if (ink && bytes[cell] <= 127) continue;
    const [row, column] = [Math.floor(cell / width), cell % width];
    shape.cells.push(cell);
    shape.points.push([(2 * column + 1 - width) / shape.side, (height - 1 - 2 * row) / shape.side]);
  }
  return shape;
}

/** Each picture as a small canvas, ink in the theme's colour. */
export function makeSprites(state) {
  const channels = [1, 3, 5].map((start) => parseInt(state.palette.ink.slice(start, start + 2), 16));
  for (const shape of Object.values(state.shapes)) {
    if (!shape.pixels) continue;
    const image = new ImageData(shape.width, shape.height);
    for (let cell = 0; cell < shape.height * shape.width; cell += 1) {
      const color = shape.ink
        ? [...channels, shape.pixels[cell]]
        : [...shape.pixels.slice(3 * cell, 3 * cell + 3), 255];
      image.data.set(color, 4 * cell);
    }
    shape.sprite = document.createElement("canvas");
    [shape.sprite.width, shape.sprite.height] = [shape.width, shape.height];
    shape.sprite.getContext("2d").putImageData(image, 0, 0);
    shape.colors = shape.cells.map((cell) =>
      shape.ink ? state.palette.ink : `rgb(${shape.pixels.slice(3 * cell, 3 * cell + 3).join()})`,
    );
  }
}

export function paintPicture(state, pen, shape, stage) {
  const { pressed } = stage;
  if (Math.abs(determinantOf(stage.W)) > 1e-6) {
    for (const signs of pressed
      ? [
          [1, 1],
          [1, -1],
          [-1, 1],
          [-1, -1],
        ]
      : [[0, 0]]) {
      const scale = signs.map((sign) => (sign < 0 ? 1 - pressed : 1));
      if (scale[0] > 1e-6 && scale[1] > 1e-6) paintQuadrant(state, pen, shape, stage, signs, scale);
    }
  }
  paintFlat(state, pen, shape, stage);
}

/** The part of the picture whose coordinates have these signs, 0 for any, scaled. */
function paintQuadrant(state, pen, shape, { W: [a, b, c, d], b: [p, q] }, [right, up], [across, tall]) {
  const {
    view: { unit, x0, y0, left, top, wide, tall: high, ratio },
  } = state;
  const { width, height, side, sprite } = shape;
  pen.save();
  if (right) {
    pen.beginPath();
    pen.rect(
      right > 0 ? x0 : left,
      up > 0 ? top : y0,
      right > 0 ? left + wide - x0 : x0 - left,
      up > 0 ? y0 - top : top + high - y0,
    );
    pen.clip();
  }
  // From the picture's columns and rows to the plane: x = (2 column - width) / side, y = (height - 2 row) / side.
  const [e, f] = [(2 * unit * across) / side, (2 * unit * tall) / side];
  const shift = [p - (a * width - b * height) / side, q - (c * width - d * height) / side];
  pen.setTransform(
    ratio * e * a,
    -ratio * f * c,
    -ratio * e * b,
    ratio * f * d,
    ratio * (x0 + unit * across * shift[0]),
    ratio * (y0 - unit * tall * shift[1]),
  );
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sprite, 0, 0);
  pen.restore();
}

/** Pixels that have lost their area, on an axis or on a line, as dots where they are now. */
function paintFlat(state, pen, shape, stage) {
  const flat = Math.abs(determinantOf(stage.W)) <= 1e-6;
  if (!flat && stage.pressed < 1) return;
  shape.points.forEach((point, k) => {
    const moved = affine(stage, point);
    if (!flat && moved[0] > 0 && moved[1] > 0) return;
    const [x, y] = state.view.toPixel(...press(moved, stage.pressed));
    pen.fillStyle = shape.colors[k];
    pen.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
  });
}
