// Text of a page as SVG text: every line where the browser set it, as wide as the browser set it. For takeaway_elements.

import { tag, textNode } from "./tags.js";

const measuring = document.createElement("canvas").getContext("2d");

/** A colour as SVG programs know it: computed styles may say color(srgb …). */
export function plainColour(text) {
  const parts = text
    .match(/^color\(srgb ([^)]*)\)/)?.[1]
    .match(/[\d.e-]+/g)
    ?.map(Number);
  if (!parts) return text;
  const [red, green, blue] = parts.map((part) => Math.round(255 * part));
  return parts.length > 3 ? `rgba(${red}, ${green}, ${blue}, ${parts[3]})` : `rgb(${red}, ${green}, ${blue})`;
}

/** What a text's style is in SVG; notes the font, so that a PNG can be set in it. */
export function textStyle(style, scene) {
  scene.fonts.add(style.fontFamily.split(",")[0].replace(/["']/g, "").trim());
  const unless = (value, ...usual) => (usual.includes(value) ? null : value);
  return {
    fill: plainColour(style.color),
    "font-family": style.fontFamily,
    "font-size": style.fontSize,
    "font-weight": unless(style.fontWeight, "400"),
    "font-style": unless(style.fontStyle, "normal"),
    "letter-spacing": unless(style.letterSpacing, "normal"),
    "text-decoration": unless(style.textDecorationLine, "none"),
    style: style.fontVariantNumeric === "normal" ? null : `font-variant-numeric:${style.fontVariantNumeric}`,
  };
}

/** How much of a line's height lies above its base line. */
function rise(style) {
  measuring.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = measuring.measureText("x");
  return above / (above + below);
}

/** One line of text in a box of the screen. align: where in the box it stands. */
export function line(text, box, style, scene, align = null) {
  const shown = style.textTransform === "uppercase" ? text.toUpperCase() : text;
  const exact = align === null && shown.length > 1;
  const x = { center: box.left + box.width / 2, right: box.right }[align] ?? box.left;
  return tag(
    "text",
    {
      x: x - scene.left,
      y: box.top + box.height * rise(style) - scene.top,
      ...textStyle(style, scene),
      "text-anchor": { center: "middle", right: "end" }[align] ?? null,
      textLength: exact ? box.width : null,
      lengthAdjust: exact ? "spacingAndGlyphs" : null,
    },
    textNode(shown),
  );
}

/** The lines of a text node: [text, box] each. */
function linesOf(node) {
  const range = document.createRange();
  const rectsOf = (from, to) => {
    range.setStart(node, from);
    range.setEnd(node, to);
    return range.getClientRects();
  };
  const lines = [];
  const push = (from, to, rect) => {
    const last = lines.at(-1);
    if (last && Math.abs(last.top - rect.top) < 2 && rect.left >= last.left)
      Object.assign(last, { to, right: rect.right });
    else lines.push({ from, to, left: rect.left, right: rect.right, top: rect.top, height: rect.height });
  };
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    const rects = rectsOf(index, index + word.length);
    if (rects.length === 1) push(index, index + word.length, rects[0]);
    else if (rects.length)
      for (let k = 0; k < word.length; k += 1) {
        const [rect] = rectsOf(index + k, index + k + 1);
        if (rect) push(index + k, index + k + 1, rect);
      }
  }
  return lines.map(({ from, to, ...box }) => [
    node.data.slice(from, to).replace(/\s+/g, " "),
    { ...box, width: box.right - box.left },
  ]);
}

/** A text node as SVG. */
export function textOf(node, scene) {
  if (!node.data.trim()) return "";
  const style = getComputedStyle(node.parentElement);
  if (style.visibility !== "visible") return "";
  return linesOf(node)
    .map(([text, box]) => line(text, box, style, scene))
    .join("");
}
