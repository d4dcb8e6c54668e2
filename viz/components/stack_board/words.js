// What is said of the chain: the product written out, the single layer, the proof, and how far they are apart.

import { number } from "../shared/numbers.js";
import { chosen } from "./chain_settings.js";

/** Four significant digits. */
export const numeral = (value, digits = 4) => number(value, digits);

/** A size other than 1, with as many digits as it takes not to be written as 1. */
export function besideOne(size) {
  let digits = 4;
  while (numeral(size, digits) === "1") digits += 1;
  return numeral(size, digits);
}

/** An entry of a matrix: what is only rounding is 0. */
const entry = (value) => numeral(Math.abs(value) < 1e-12 ? 0 : value);

export const pair = ([x, y]) => `(${entry(x)}, ${entry(y)})`;

function matrix(values, columns) {
  const cells = values.map((value) => `<span>${entry(value)}</span>`).join("");
  return `<span class="matrix" style="--columns: ${columns}">${cells}</span>`;
}

const term = (...parts) => `<span class="term">${parts.join("")}</span>`;
const word = (text) => `<span>${text}</span>`;

function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** Where the slider stands, in words. */
function placeWords(state) {
  const position = Number(state.position.value);
  const { stops } = state.moved;
  if (position <= 0) return "input";
  if (position >= stops.length - 1) return "output";
  const { layer, kind } = stops[Math.ceil(position)];
  const part = Math.round(100 * (position - Math.ceil(position) + 1));
  return `${kind === "affine" ? `W @ x + b of layer ${layer + 1}` : `${kind} of layer ${layer + 1}`}, ${part} %`;
}

function summaryWords(state, seen) {
  const count = seen.distances.length;
  const apart = seen.largest === 0 ? "0, to the last bit" : number(seen.largest, 2);
  if (seen.affine) {
    return (
      `No activation, so ${plural(state.layers.length, "layer")} ` +
      `${state.layers.length === 1 ? "is" : "are"} one layer. Largest distance between the two pictures of ${count} ` +
      `points: ${apart}${seen.largest === 0 ? "" : ", the rounding of 64-bit numbers"}.`
    );
  }
  if (seen.exact) return exactWords(state, seen, count, apart);
  if (seen.disagreeing === 0) {
    return (
      `No single layer equals the chain on these ${count} points. The best misses none by more than ` +
      `${seen.tolerance}, but its largest distance, ${numeral(seen.largest, 3)}, is far more than rounding.`
    );
  }
  return (
    `${seen.disagreeing} of ${count} points disagree: the best single layer misses them by more than ` +
    `${seen.tolerance}. Largest distance ${numeral(seen.largest, 3)}.`
  );
}

/** An activation, and yet one layer on these points: say why, and what holds beyond them. */
function exactWords(state, seen, count, apart) {
  const moves = state.layers.map(({ activation }, k) => [activation, seen.changed[k], k + 1]);
  const busy = moves.filter(([activation, changed]) => activation !== "none" && changed > 0);
  const why =
    busy.length === 0
      ? "No coordinate is negative before relu, so relu changes nothing"
      : `${busy.map(([name, changed, k]) => `${name} of layer ${k} moves ${changed} of them`).join(", ")}, but what ` +
        "comes out is still affine in the points";
  const beyond = seen.witness
    ? "On the rest of the grid this ends; the proof is below."
    : "The whole grid is treated so; farther out an activation may still bend.";
  return `On these ${count} points the chain is one affine layer: largest distance ${apart}. ${why}. ${beyond}`;
}

/** (W2 @ W1) @ x + (W2 @ b1 + b2), one layer after the other, with this chain's numbers. */
function productMarkup(state, seen) {
  const { layers } = state;
  const first = [
    term(word("W = W<sub>1</sub> ="), matrix(layers[0].W, 2)),
    term(word("b = b<sub>1</sub> ="), matrix(layers[0].b, 1)),
  ];
  const rows = [`<p class="row">${word("After layer 1:")} ${first.join(" ")}</p>`];
  layers.slice(1).forEach((layer, k) => {
    const [before, now] = [seen.products[k], seen.products[k + 1]];
    const n = k + 2;
    const W = term(
      word(`W = W<sub>${n}</sub> @ W =`),
      matrix(layer.W, 2),
      word("@"),
      matrix(before.W, 2),
      word("="),
      matrix(now.W, 2),
    );
    const b = term(
      word(`b = W<sub>${n}</sub> @ b + b<sub>${n}</sub> =`),
      matrix(layer.W, 2),
      word("@"),
      matrix(before.b, 1),
      word("+"),
      matrix(layer.b, 1),
      word("="),
      matrix(now.b, 1),
    );
    rows.push(`<p class="row">${word(`After layer ${n}:`)} ${W} ${b}</p>`);
  });
  return `<h4>The single layer, by multiplying out</h4>
    <p>W<sub>2</sub> @ (W<sub>1</sub> @ x + b<sub>1</sub>) + b<sub>2</sub> = (W<sub>2</sub> @ W<sub>1</sub>) @ x +
      (W<sub>2</sub> @ b<sub>1</sub> + b<sub>2</sub>), and again for every further layer. Written with four digits,
      computed with all of them.</p>${rows.join("")}`;
}

function bestMarkup(seen) {
  const { W, b } = seen.single;
  return `<h4>${seen.exact ? "The single layer on these points" : "The best single layer still misses"}</h4>
    <p class="row">${term(word("W ="), matrix(W, 2))} ${term(word("b ="), matrix(b, 1))} ${word(
      "has the smallest sum of squared distances over the sample points (least squares).",
    )}</p>${proofMarkup(seen)}`;
}

function proofMarkup({ witness, exact }) {
  if (!witness) {
    return "<p>No three points of the grid prove otherwise: all middles that were tried stay middles.</p>";
  }
  const { a, m, c, f_a: fa, f_m: fm, f_c: fc, gap } = witness;
  const middle = [(fa[0] + fc[0]) / 2, (fa[1] + fc[1]) / 2];
  return `<h4>Why no W and b can do it${exact ? " on the whole grid" : ""}</h4><ol>
    <li>W @ x + b sends the middle of two points to the middle of their images. Call the chain f.</li>
    <li>a = ${pair(a)} and c = ${pair(c)} have the middle m = ${pair(m)}.</li>
    <li>f(a) = ${pair(fa)} and f(c) = ${pair(fc)} have the middle ${pair(middle)}.</li>
    <li>But f(m) = ${pair(fm)}, which is ${numeral(gap, 3)} away. So f is not W @ x + b, whatever W and b are.</li>
    </ol>`;
}

function captionMarkup(state, seen) {
  const { palette } = state;
  const key = (name, sign, text) =>
    `<span><b style="color: ${palette[name]}" aria-hidden="true">${sign}</b> ${text}</span>`;
  const parts = [key("data", "━", "the chain")];
  if (state.overlay.checked) parts.push(key("prediction", "╌", `the ${seen.affine ? "" : "best "}single layer`));
  if (!seen.affine) parts.push(key("loss", "×", "points that disagree"));
  if (seen.witness) parts.push(key("truth", "●", "a, m, c of the proof"));
  const ends = Number(state.position.value) >= state.moved.stops.length - 1;
  return `${parts.join(" ")}${ends ? "" : " Single layer and crosses: at the output."}`;
}

function setMarkup(element, markup) {
  if (element.shownMarkup === markup) return;
  element.shownMarkup = markup;
  element.innerHTML = markup;
}

/** What follows the slider. */
export function writePlace(state, seen) {
  const place = placeWords(state);
  setMarkup(state.find(".chain-caption"), captionMarkup(state, seen));
  if (state.place === place) return;
  state.place = place;
  state.find(".place").textContent = place;
  state.position.setAttribute("aria-valuetext", place);
  state.chainCanvas.setAttribute("aria-label", `The grid and the letter F, ${place}. ${state.summary.textContent}`);
}

/** What follows the layers. */
export function writeWords(state, seen) {
  const layer = chosen(state);
  const number = state.selected + 1;
  const bends = layer.activation !== "none";
  state.find(".layer-title").textContent = `Layer ${number}: ${bends ? `${layer.activation}(W @ x + b)` : "W @ x + b"}`;
  state.find(".layer-caption").textContent =
    "Drag the tips of the arrows, or b: the columns of W are where (1, 0) and " +
    `(0, 1) go, b is where (0, 0) goes.${bends ? ` Dotted: before ${layer.activation}.` : ""}`;
  state.layerCanvas.setAttribute("aria-label", `The grid and the letter F after layer ${number}.`);
  const summary = summaryWords(state, seen);
  if (state.summary.textContent !== summary) state.summary.textContent = summary;
  state.place = "";
  setMarkup(state.single, seen.affine ? productMarkup(state, seen) : bestMarkup(seen));
  state.find(".tolerance").parentElement.hidden = seen.affine;
}
