// Boxes and edges of the graph board, and their colours. For graph_board.

import { ask } from "./asking.js";
import { bringIntoView, choose, point, press } from "./moving.js";

const SVG = "http://www.w3.org/2000/svg";
const CELL_WIDE = 46;
const CELL_TALL = 20;

function shape(tag, attributes = {}, parent = null, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
}

export function makePicture(state) {
  for (const layer of [state.edgeLayer, state.nodeLayer, state.labelLayer]) layer.replaceChildren();
  const { nodes, edges } = state.data.drawing;
  state.leaving = nodes.map(() => []);
  state.entering = nodes.map(() => []);
  edges.forEach(({ source, target }, k) => {
    state.leaving[source].push(k);
    state.entering[target].push(k);
  });
  state.edges = edges.map((edge) => makeEdge(state, edge));
  state.nodes = nodes.map((node, k) => makeNode(state, node, k));
}

function makeEdge(state, { points, label }) {
  const group = shape("g", { class: "edge" }, state.edgeLayer);
  let way = `M${points[0].join()}`;
  points.slice(1).forEach(([x, y], k) => {
    const [fromX, fromY] = points[k];
    const middle = (fromY + y) / 2;
    way += x === fromX ? `V${y}` : `C${fromX},${middle} ${x},${middle} ${x},${y}`;
  });
  const line = shape("path", { class: "line", d: way }, group);
  const [endX, endY] = points.at(-1);
  const [startX, startY] = points[0];
  shape("path", { class: "tip down", d: `M${endX},${endY}l-4.5,-9h9z` }, group);
  shape("path", { class: "tip up", d: `M${startX},${startY}l-4.5,9h9z` }, group);
  const local = shape("g", { class: "local", transform: `translate(${label.join()})` }, state.labelLayer);
  shape("rect", { x: -31, y: -10, width: 62, height: 20, rx: 5 }, local);
  return { group, line, local, text: shape("text", { y: 4 }, local) };
}

function makeNode(state, node, k) {
  const left = node.x - node.width / 2;
  const top = node.y - node.height / 2;
  const group = shape(
    "g",
    {
      class: `node ${node.kind} ${node.tone}`,
      transform: `translate(${left},${top})`,
      role: "button",
      tabindex: "-1",
    },
    state.nodeLayer,
  );
  if (node.kind === "group")
    shape("rect", { class: "behind", x: 5, y: 5, width: node.width, height: node.height, rx: 7 }, group);
  const round = node.kind === "variable" ? 18 : node.kind === "constant" ? 16 : 5;
  shape("rect", { class: "box", width: node.width, height: node.height, rx: round }, group);
  if (node.kind === "output") {
    shape("rect", { class: "inner", x: 3.5, y: 3.5, width: node.width - 7, height: node.height - 7, rx: 3 }, group);
  }
  const parts = { group, node, values: [], gradients: [] };
  if (node.kind === "constant" && node.form === "number") {
    parts.values.push(shape("text", { class: "value", x: node.width / 2, y: 21 }, group));
  } else {
    makeTitle(parts);
    if (node.form !== "none") makeSlots(parts);
  }
  if (node.toggle) makeToggle(state, parts, k);
  group.addEventListener("click", () => {
    if (!state.dragged) choose(state, k);
  });
  group.addEventListener("focus", () => {
    state.focus = k;
    // Not for a pointer: the picture must not slide away under it.
    if (group.matches(":focus-visible")) bringIntoView(state, k);
    state.paint(state);
  });
  group.addEventListener("pointerenter", () => point(state, k));
  group.addEventListener("pointerleave", () => point(state, null));
  group.addEventListener("keydown", (event) => press(state, event, k));
  return parts;
}

function makeTitle({ group, node }) {
  const title = shape("text", { class: "title", x: 10, y: 20 }, group);
  shape("tspan", { class: "name" }, title, node.name);
  if (node.shape) shape("tspan", { class: "shape", dx: 6 }, title, node.shape);
  const end = node.width - 10 - (node.toggle ? 26 : 0);
  const right = shape("text", { class: "right", x: end, y: 20 }, group);
  if (node.caption) shape("tspan", { class: "caption" }, right, node.caption);
  if (node.symbol) shape("tspan", { class: "symbol", dx: node.caption ? 6 : 0 }, right, node.symbol);
}

/** Where values and gradients will stand: texts, rows of texts, or pictures. */
function makeSlots(parts) {
  const { group, node } = parts;
  const sorts = node.graded ? ["value", "gradient"] : ["value"];
  let top = 28;
  for (const sort of sorts) {
    const slots = sort === "value" ? parts.values : parts.gradients;
    if (sort === "gradient" && node.form !== "number") {
      parts.caption = shape("text", { class: "gradient caption", x: node.width / 2, y: top + 14 }, group, "gradient");
      top += 20;
    }
    if (node.form === "number") {
      slots.push(shape("text", { class: sort, x: node.width / 2, y: top + 15 }, group));
      top += 20;
    } else if (node.form === "cells") {
      const left = node.width / 2 - (node.columns * CELL_WIDE) / 2;
      for (let row = 0; row < node.rows; row += 1) {
        for (let column = 0; column < node.columns; column += 1) {
          const [x, y] = [left + column * CELL_WIDE, top + row * CELL_TALL];
          shape("rect", { class: `cell ${sort}`, x, y, width: CELL_WIDE, height: CELL_TALL }, group);
          slots.push(shape("text", { class: sort, x: x + CELL_WIDE / 2, y: y + 14.5 }, group));
        }
      }
      top += node.rows * CELL_TALL + 2;
    } else {
      const [wide, tall] = node.picture;
      const place = { x: node.width / 2 - wide / 2, y: top, width: wide, height: tall };
      shape("rect", { class: `cell ${sort}`, ...place }, group);
      slots.push(shape("image", { ...place, preserveAspectRatio: "none", "image-rendering": "pixelated" }, group));
      top += tall + 4;
    }
  }
}

function makeToggle(state, parts, k) {
  const { group, node } = parts;
  const toggle = shape("g", { class: "toggle", transform: `translate(${node.width - 30},4)` }, group);
  shape("rect", { width: 24, height: 22, rx: 4 }, toggle);
  shape("text", { x: 12, y: 16 }, toggle, node.open ? "−" : "+");
  shape("title", {}, toggle, `${node.open ? "Collapse" : "Expand"} ${node.toggle}`);
  toggle.addEventListener("click", (event) => {
    event.stopPropagation();
    ask(state, { toggle: node.toggle });
    state.focus = k;
  });
}

// Colours.
