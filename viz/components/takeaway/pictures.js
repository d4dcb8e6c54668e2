// A picture as the reader sees it, as SVG and as PNG: a Plotly figure by Plotly itself, all else by takeaway_elements.

import { drawn } from "./elements.js";
import { recorded } from "./recording.js";
import { tag, textNode } from "./tags.js";

const MARGIN = 12;
const SCALE = 2;
const MOST_PIXELS = 60_000_000;
const MOST_SIDE = 16_000;

/** Plotly's own element in the picture, if it is one. */
export const plotOf = (root) => root.querySelector(".js-plotly-plot");

/** The colour behind the picture. */
export const paperOf = (root) => getComputedStyle(root).backgroundColor;

export async function svgOf(taken) {
  const plot = plotOf(taken.root);
  if (!plot) return (await own(taken)).svg;
  const svg = await plotly(plot, taken.root, { format: "svg", imageDataOnly: true });
  return svg.replace(/^<svg[^>]*>/, (start) => start + described(taken));
}

export async function pngOf(taken) {
  const plot = plotOf(taken.root);
  if (plot) {
    const address = await plotly(plot, taken.root, { format: "png", scale: SCALE });
    return (await fetch(address)).blob();
  }
  const { svg, fonts } = await own(taken);
  return rasterized(svg.replace("</desc>", `</desc><style>${await fontFaces(fonts)}</style>`));
}

function described({ title, alt, address }) {
  return tag("title", {}, textNode(title)) + tag("desc", {}, textNode(`${alt}\n${address}`));
}

/** Plotly's picture of what it shows now, on the reader's background. */
function plotly(plot, root, wanted) {
  const [width, height] = [plot.clientWidth, plot.clientHeight];
  const layout = { ...plot.layout, autosize: false, width, height, paper_bgcolor: paperOf(root) };
  return window.Plotly.toImage({ data: plot.data, layout }, { width, height, ...wanted });
}

const own = (taken) => recorded(taken.root, (recording) => written(taken, recording));

function written(taken, recording) {
  const { root } = taken;
  const box = root.getBoundingClientRect();
  const scene = { left: box.left - MARGIN, top: box.top - MARGIN, fonts: new Set(), recording };
  const inner = drawn(root, scene);
  const [width, height] = [box.width, box.height].map((size) => Math.ceil(size + 2 * MARGIN));
  const paper = tag("rect", { width, height, fill: paperOf(root) });
  const all = described(taken) + tag("defs", {}, recording.definitions.join("")) + paper + inner;
  const svg = tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    all,
  );
  return { svg, fonts: scene.fonts };
}

async function rasterized(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    await image.decode();
    const { naturalWidth: wide, naturalHeight: tall } = image;
    const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / wide / tall), MOST_SIDE / wide, MOST_SIDE / tall);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(wide * scale), Math.round(tall * scale)];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => {
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("It is too large for a picture."))));
    });
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

const base64 = (blob) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });

/** What an address of the app's own server offers, as an address that holds it all. */
export async function inlined(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The app’s server does not offer its parts any more. Reload the page.");
  return base64(await answer.blob());
}

/** The page's upright fonts of these families, with their letters in them. */
export async function fontFaces(families) {
  const found = [];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || rule.style.fontStyle === "italic") continue;
      const family = rule.style.fontFamily.replace(/["']/g, "");
      const url = rule.cssText.match(/url\("?([^")]+)"?\)/)?.[1];
      if (families.has(family) && url) found.push([rule, url, new URL(url, sheet.href ?? document.baseURI).href]);
    }
  }
  const face = async ([rule, url, address]) => rule.cssText.replace(url, await inlined(address));
  return (await Promise.all(found.map(face))).join("");
}
