// Elements of a page as SVG: boxes, borders, text, drawings, controls, each where it stands on the screen.

import { round, tag, textNode } from "./tags.js";
import { line, plainColour, textOf, textStyle } from "./text.js";

const SHAPE = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "paint-order",
  "marker-start",
  "marker-mid",
  "marker-end",
  "image-rendering",
];
const LETTERS = [
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "dominant-baseline",
  "letter-spacing",
];
const USUAL = {
  "fill-opacity": "1",
  "fill-rule": "nonzero",
  stroke: "none",
  "stroke-opacity": "1",
  "stroke-dasharray": "none",
  "stroke-linecap": "butt",
  "stroke-linejoin": "miter",
  opacity: "1",
  "paint-order": "normal",
  "marker-start": "none",
  "marker-mid": "none",
  "marker-end": "none",
  "image-rendering": "auto",
  "text-anchor": "start",
  "font-style": "normal",
  "dominant-baseline": "auto",
  "letter-spacing": "normal",
};
const KEPT = new Set(
  (
    "d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points viewBox preserveAspectRatio id href refX refY orient " +
    "markerWidth markerHeight markerUnits textLength lengthAdjust offset pathLength rotate"
  ).split(" "),
);

const visible = (paint) => paint !== "transparent" && !/^rgba\(.*, 0\)$|\/ 0\)$/.test(paint);
const at = (scene, box) => ({ x: box.left - scene.left, y: box.top - scene.top, width: box.width, height: box.height });

/** An element of the screen and all in it, as SVG. scene: {left, top, fonts, recording}. */
export function drawn(element, scene) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.opacity === "0") return "";
  if (element.offsetWidth <= 1 && element.offsetHeight <= 1 && style.overflow === "hidden") return "";
  const box = element.getBoundingClientRect();
  const shown = style.visibility === "visible";
  // What the browser draws in its own way, such as a slider, has a background only in name.
  const native = element.localName === "input" && /^(range|checkbox|radio)$/.test(element.type);
  let text = shown && !native ? boxOf(box, style, scene) + marker(element, box, style, scene) : "";
  const own = PICTURES.find(([kind]) => element instanceof kind);
  if (own) text += shown ? own[1](element, box, style, scene) : "";
  else {
    for (const child of element.childNodes) {
      if (child instanceof Text) text += textOf(child, scene);
      else if (child instanceof Element) text += drawn(child, scene);
    }
    // Marks with a place of their own lie over what is in the flow.
    text += pseudo(element, "::before", scene) + pseudo(element, "::after", scene);
  }
  return text && grouped(text, element, box, style, scene);
}

/** What an element does to all in it: fades it, cuts it off. */
function grouped(text, element, box, style, scene) {
  const larger = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
  const cut = style.overflow !== "visible" && larger;
  const clip = cut && scene.recording.define((id) => tag("clipPath", { id }, tag("rect", at(scene, box))));
  if (!clip && style.opacity === "1") return text;
  const opacity = style.opacity === "1" ? null : style.opacity;
  return tag("g", { opacity, "clip-path": clip ? `url(#${clip})` : null }, text);
}

/** Background and borders. */
function boxOf(box, style, scene) {
  if (!box.width || !box.height) return "";
  const place = at(scene, box);
  const unit = style.borderTopLeftRadius.endsWith("%") ? box.width / 100 : 1;
  const radius = Math.min(parseFloat(style.borderTopLeftRadius) * unit, box.width / 2, box.height / 2);
  const rx = radius || null;
  let text = "";
  const fill = gradientOf(style, scene) ?? (visible(style.backgroundColor) ? plainColour(style.backgroundColor) : null);
  if (fill) text += tag("rect", { ...place, rx, fill });
  const inset = style.boxShadow.match(/^(.*?) 0px 0px 0px (\d+)px inset$/);
  if (inset) text += frameOf(place, rx, Number(inset[2]), plainColour(inset[1]));
  const sides = ["Top", "Right", "Bottom", "Left"].map((side) => ({
    width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]),
    color: plainColour(style[`border${side}Color`]),
    dashed: style[`border${side}Style`] === "dashed",
  }));
  if (sides.every((side) => side.width === sides[0].width && side.color === sides[0].color)) {
    const [{ width, color, dashed }] = sides;
    return width && visible(color) ? text + frameOf(place, rx, width, color, dashed) : text;
  }
  const deep = Math.max(radius, ...sides.map((side) => side.width));
  sides.forEach((side, k) => {
    if (side.width && visible(side.color)) text += sideOf(place, rx, deep, side, k, scene);
  });
  return text;
}

/** One side, 0 to 3 from the top, of a border whose sides differ: a whole frame, cut down to this side's part. */
function sideOf(place, rx, deep, { width: wide, color, dashed }, k, scene) {
  const { x, y, width, height } = place;
  const [right, bottom, dx, dy] = [x + width, y + height, Math.min(deep, width / 2), Math.min(deep, height / 2)];
  const outer = [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
  ];
  const inner = [
    [x + dx, y + dy],
    [right - dx, y + dy],
    [right - dx, bottom - dy],
    [x + dx, bottom - dy],
  ];
  const corners = [outer[k], outer[(k + 1) % 4], inner[(k + 1) % 4], inner[k]];
  const points = corners.map((corner) => corner.map(round).join()).join(" ");
  const clip = scene.recording.define((id) => tag("clipPath", { id }, tag("polygon", { points })));
  return tag("g", { "clip-path": `url(#${clip})` }, frameOf(place, rx, wide, color, dashed));
}

function frameOf({ x, y, width, height }, rx, wide, stroke, dashed = false) {
  return tag("rect", {
    x: x + wide / 2,
    y: y + wide / 2,
    width: Math.max(0, width - wide),
    height: Math.max(0, height - wide),
    rx: rx && Math.max(0, rx - wide / 2),
    fill: "none",
    stroke,
    "stroke-width": wide,
    "stroke-dasharray": dashed ? `${3 * wide} ${2 * wide}` : null,
  });
}

/** A background that runs evenly from left to right or from top to bottom. */
function gradientOf(style, scene) {
  const [, angle, rest] = style.backgroundImage.match(/^linear-gradient\((?:(\d+)deg, )?(.*)\)$/) ?? [];
  if (!rest) return null;
  const colours = rest.split(/,(?![^(]*\))/).map((stop) => plainColour(stop.trim().replace(/ \d+%$/, "")));
  const stops = colours.map((colour, k) => tag("stop", { offset: k / (colours.length - 1), "stop-color": colour }));
  const turned = angle === "90" ? {} : { x2: 0, y2: 1 };
  return `url(#${scene.recording.define((id) => tag("linearGradient", { id, ...turned }, stops.join("")))})`;
}

/** The number or dot before an entry of a list. */
function marker(element, box, style, scene) {
  if (style.display !== "list-item" || style.listStyleType === "none") return "";
  const number = [...element.parentElement.children].filter((each) => each.localName === "li").indexOf(element) + 1;
  const text = style.listStyleType === "decimal" ? `${number}.` : "•";
  const tall = parseFloat(style.lineHeight) || 1.2 * parseFloat(style.fontSize);
  const top = box.top + parseFloat(style.paddingTop);
  return line(text, { left: box.left, right: box.left - 6, top, height: tall, width: 0 }, style, scene, "right");
}

/** A mark that a style sheet puts into an element, at a place of its own or as a text after the element's. */
function pseudo(element, which, scene) {
  const style = getComputedStyle(element, which);
  if (style.content === "none" || style.content === "normal" || style.display === "none") return "";
  const text = style.content.replace(/^"|"$/g, "");
  if (style.position !== "absolute")
    return which === "::after" && text.trim() ? following(element, text, style, scene) : "";
  const holder = getComputedStyle(element).position === "static" ? element.offsetParent : element;
  const outer = holder.getBoundingClientRect();
  const moved = style.transform === "none" ? new DOMMatrix() : new DOMMatrix(style.transform);
  const [width, height] = [parseFloat(style.width), parseFloat(style.height)];
  const left = outer.left + holder.clientLeft + parseFloat(style.left) + parseFloat(style.marginLeft) + moved.e;
  const top = outer.top + holder.clientTop + parseFloat(style.top) + parseFloat(style.marginTop) + moved.f;
  const box = { left, top, width, height, right: left + width };
  return boxOf(box, style, scene) + (text.trim() ? line(text, box, style, scene, style.textAlign) : "");
}

function following(element, text, style, scene) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const last = [...range.getClientRects()].at(-1);
  if (!last) return "";
  const left = last.right + parseFloat(style.marginLeft) + (/^\s/.test(text) ? 0.25 * parseFloat(style.fontSize) : 0);
  return line(text.trim(), { left, right: left, top: last.top, height: last.height, width: 0 }, style, scene, "left");
}

// Elements with a picture of their own.

function canvasOf(canvas, box, style, scene) {
  if (!canvas.width || !canvas.height || !box.width) return "";
  const place = at(scene, contentOf(box, style));
  const rendering = style.imageRendering === "auto" ? null : `image-rendering:${style.imageRendering}`;
  const sheet = scene.recording.sheets.get(canvas);
  if (sheet?.parts.length && !sheet.lost) {
    return tag(
      "svg",
      {
        ...place,
        viewBox: `0 0 ${canvas.width} ${canvas.height}`,
        preserveAspectRatio: "none",
        overflow: "hidden",
        style: rendering,
      },
      sheet.markup,
    );
  }
  return tag("image", { ...place, href: canvas.toDataURL(), preserveAspectRatio: "none", style: rendering });
}

/** The box inside borders and padding. */
function contentOf(box, style) {
  const sum = (...names) => names.reduce((total, name) => total + (parseFloat(style[name]) || 0), 0);
  const [left, top] = [sum("borderLeftWidth", "paddingLeft"), sum("borderTopWidth", "paddingTop")];
  return {
    left: box.left + left,
    top: box.top + top,
    width: box.width - left - sum("borderRightWidth", "paddingRight"),
    height: box.height - top - sum("borderBottomWidth", "paddingBottom"),
    right: box.right - sum("borderRightWidth", "paddingRight"),
  };
}

function imageOf(image, box, style, scene) {
  if (!image.naturalWidth) return "";
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [image.naturalWidth, image.naturalHeight];
  copy.getContext("2d").drawImage(image, 0, 0);
  return tag("image", {
    ...at(scene, contentOf(box, style)),
    href: copy.toDataURL(),
    preserveAspectRatio: "none",
  });
}

/** A drawing of the page with what style sheets say of it written into it. */
function svgOf(svg, box, style, scene) {
  const inner = [...svg.children].map((child) => shapeOf(child, scene)).join("");
  return (
    inner &&
    tag(
      "svg",
      {
        ...at(scene, contentOf(box, style)),
        viewBox: svg.getAttribute("viewBox"),
        preserveAspectRatio: svg.getAttribute("preserveAspectRatio"),
        overflow: style.overflow === "visible" ? "visible" : null,
      },
      inner,
    )
  );
}

function shapeOf(element, scene) {
  const style = getComputedStyle(element);
  const name = element.localName;
  if (name === "title" || name === "desc") return "";
  if (style.display === "none" || style.visibility === "hidden") return "";
  const attributes = {};
  for (const { name: key, value } of element.attributes) if (KEPT.has(key)) attributes[key] = value;
  if (style.transform !== "none") attributes.transform = style.transform;
  const letters = name === "text" || name === "tspan";
  for (const key of [...SHAPE, ...(letters ? LETTERS : [])]) {
    const value = style.getPropertyValue(key);
    const own = name !== "g" || key === "opacity";
    if (own && value && value !== USUAL[key]) attributes[key] = plainColour(value);
  }
  if (letters) attributes.style = textStyle(style, scene).style;
  const children = [...element.childNodes].map((child) => {
    if (child instanceof Text) return textNode(child.data);
    return child instanceof Element ? shapeOf(child, scene) : "";
  });
  return tag(name, attributes, children.join(""));
}

// Controls, as still as the picture.

function inputOf(input, box, style, scene) {
  if (input.type === "range") return rangeOf(input, box, style, scene);
  if (input.type === "checkbox" || input.type === "radio") return tickOf(input, box, style, scene);
  const inside = contentOf(box, style);
  const wanted = { end: "right", right: "right", center: "center" }[style.textAlign] ?? "left";
  return fieldText(input.value || input.placeholder, inside, style, scene, wanted);
}

function fieldText(text, inside, style, scene, align) {
  const tall = 1.25 * parseFloat(style.fontSize);
  const box = { ...inside, top: inside.top + (inside.height - tall) / 2, height: tall };
  return text ? line(text, box, style, scene, align) : "";
}

function accent(style) {
  return style.accentColor === "auto" ? "#0075ff" : plainColour(style.accentColor);
}

function rangeOf(input, box, style, scene) {
  const { x, y, width, height } = at(scene, box);
  const [low, high] = [Number(input.min || 0), Number(input.max || 100)];
  const share = high > low ? (Number(input.value) - low) / (high - low) : 0;
  const [middle, thumb] = [y + height / 2, x + 8 + share * (width - 16)];
  const track = { x, y: middle - 2.5, height: 5, rx: 2.5 };
  const edge = plainColour(style.color);
  return (
    tag("rect", { ...track, width, fill: edge, "fill-opacity": 0.15 }) +
    tag("rect", { ...track, width: Math.max(0, thumb - x), fill: accent(style) }) +
    tag("circle", { cx: thumb, cy: middle, r: 8, fill: accent(style) })
  );
}

function tickOf(input, box, style, scene) {
  const { x, y, width, height } = at(scene, box);
  const rx = input.type === "radio" ? width / 2 : 2.5;
  const frame = { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx };
  if (!input.checked) return tag("rect", { ...frame, fill: "none", stroke: "#767676" });
  const tick = [x + 0.22 * width, y + 0.52 * height, 0.2 * width, 0.2 * height, 0.36 * width, -0.44 * height].map(
    round,
  );
  const mark =
    input.type === "radio"
      ? tag("circle", { cx: x + width / 2, cy: y + height / 2, r: width / 4, fill: "#ffffff" })
      : tag("path", {
          d: `M${tick.slice(0, 2).join(" ")}l${tick.slice(2).join(" ")}`,
          fill: "none",
          stroke: "#ffffff",
          "stroke-width": 2,
        });
  return tag("rect", { ...frame, fill: accent(style) }) + mark;
}

function selectOf(select, box, style, scene) {
  const inside = contentOf(box, style);
  const [x, y] = [inside.right - scene.left - 10, inside.top + inside.height / 2 - scene.top - 2];
  const chosen = select.selectedOptions[0]?.textContent.trim() ?? "";
  return (
    fieldText(chosen, { ...inside, left: inside.left + 4 }, style, scene, "left") +
    tag("path", { d: `M${x} ${y}l4 4 4 -4`, fill: "none", stroke: plainColour(style.color), "stroke-width": 1.5 })
  );
}

const PICTURES = [
  [HTMLCanvasElement, canvasOf],
  [SVGSVGElement, svgOf],
  [HTMLImageElement, imageOf],
  [HTMLInputElement, inputOf],
  [HTMLTextAreaElement, inputOf],
  [HTMLSelectElement, selectOf],
];
