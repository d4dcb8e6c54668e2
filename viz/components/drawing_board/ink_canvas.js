// The canvas the reader draws on, painted anew.

import { penOf } from "../shared/pen.js";
import { CANVAS } from "./stages.js";

/** The picture comes as transparency only, so that its ink can take the theme's colour. */
export function tint(board) {
  if (!board.mask) return;
  board.tinted ??= Object.assign(document.createElement("canvas"), { width: CANVAS, height: CANVAS });
  const context = board.tinted.getContext("2d");
  context.globalCompositeOperation = "copy";
  context.drawImage(board.mask, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = board.palette.ink;
  context.fillRect(0, 0, CANVAS, CANVAS);
}

export function redraw(board) {
  const side = Math.round(board.canvas.clientWidth * devicePixelRatio);
  if (!side) return;
  if (board.canvas.width !== side) board.canvas.width = board.canvas.height = side;
  const context = penOf(board.canvas);
  context.setTransform(side / CANVAS, 0, 0, side / CANVAS, 0, 0);
  context.clearRect(0, 0, CANVAS, CANVAS);
  context.imageSmoothingEnabled = false;
  if (board.base && board.mask) context.drawImage(board.tinted, 0, 0);
  context.strokeStyle = context.fillStyle = board.palette.ink;
  context.lineWidth = board.brush;
  context.lineCap = context.lineJoin = "round";
  board.strokes.forEach((stroke) => ink(context, stroke, 0));
  board.root.dataset.strokes = String(board.strokes.length);
  board.find(".uncrumple-invitation").hidden = !isEmpty(board) || board.pen !== null;
  board.find("output").textContent = String(board.brush);
  board.find("input").value = String(board.brush);
  board.find(".uncrumple-beneath").textContent = board.base ? board.picture.caption : "";
  paintCanvas(board);
}

/** The part of a stroke from its point number `from` on. */
export function ink(context, stroke, from) {
  context.beginPath();
  context.moveTo(stroke[2 * from], stroke[2 * from + 1]);
  for (let i = 2 * from + 2; i < stroke.length; i += 2) context.lineTo(stroke[i], stroke[i + 1]);
  context.stroke();
  if (stroke.length > 2) return;
  context.beginPath();
  context.arc(stroke[0], stroke[1], context.lineWidth / 2, 0, 2 * Math.PI);
  context.fill();
}

export const isEmpty = (board) => !board.strokes.length && !board.base;

export function resize(canvas, columns, rows) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
}

/** The drawing itself, small, with the frame that will be cut out. */
export function paintCanvas(board) {
  const { canvas } = board.stage;
  const side = Math.round((canvas.clientWidth || CANVAS / 2) * devicePixelRatio);
  resize(canvas, side, side);
  const context = penOf(canvas);
  context.clearRect(0, 0, side, side);
  if (board.canvas.width) context.drawImage(board.canvas, 0, 0, side, side);
  const frame = canvas.nextElementSibling;
  frame.hidden = !board.answer;
  if (!board.answer) return;
  const [left, top, right, bottom] = board.answer.box.map((edge) => (100 * edge) / CANVAS);
  const [width, height] = [right - left, bottom - top];
  Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
}
