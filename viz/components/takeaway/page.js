// A picture as one page that opens without a server. Most components need none, so theirs are alive: the component's
// own script, style and data are in the page. What asks the server at every turn is there as a drawing.

import { filledLayout } from "../shared/plotly.js";
import { fontFaces, inlined, paperOf, plotOf, svgOf } from "./pictures.js";

const PAGE = `
  html, body { height: auto; overflow: auto; color: var(--st-text-color); font-family: var(--st-font); }
  main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
  main > h1 { font-size: 1.75rem; margin: 0 0 1rem; padding: 0; }
  main > p { margin: 1rem 0 0; line-height: 1.5; max-width: 50rem; overflow-wrap: anywhere; }
  main > p.source { font-size: 0.875rem; opacity: 0.8; }
  main svg { max-width: 100%; height: auto; }
  main a { color: inherit; }`;

export async function pageOf(taken) {
  const alive = taken.source.taken === "live";
  const parts = alive ? await partsOf(taken) : { modules: {}, css: "" };
  const body = alive ? `<div class="st-key-picture"><div id="picture"></div></div>` : await svgOf(taken);
  const note = alive ? "It moves without the app; what has to be computed anew needs it." : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plain(taken.title)}</title>
<style>${await style(taken, parts)}</style></head>
<body><main><h1>${plain(taken.title)}</h1>
${body}
<p class="caption">${plain(taken.alt)}</p>
<p class="source">Taken from <a href="${plain(taken.address)}">${plain(taken.address)}</a>. ${note}</p></main>
${alive ? await scripts(taken, parts) : ""}</body></html>
`;
}

const plain = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const scripted = (value) => JSON.stringify(value).replace(/</g, "\\u003c");
const closed = (script) => script.replace(/<\/(script)/gi, "<\\/$1");

/** The component's script and style, from the app's server. */
async function partsOf({ source }) {
  const answer = await fetch(source.parts);
  if (!answer.ok) throw new Error("The app’s server does not offer its parts any more. Reload the page.");
  return answer.json();
}

/** The app's rules for plain elements, the present theme's values, the component's rules, this page's. */
async function style({ root }, { modules, css }) {
  const rules = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSStyleRule && /^[a-z0-9*:,\s>]+$/i.test(rule.selectorText))
    .map((rule) => rule.cssText);
  const present = getComputedStyle(root);
  const names = new Set([
    "--st-text-color",
    "--st-font",
    ...([...Object.values(modules), css].join().match(/--st-[\w-]+/g) ?? []),
  ]);
  const values = [...names]
    .filter((name) => present.getPropertyValue(name))
    .map((name) => `${name}: ${present.getPropertyValue(name)};`);
  const families = new Set(
    [...names]
      .filter((name) => name.endsWith("font"))
      .map((name) => present.getPropertyValue(name).split(",")[0].replace(/["']/g, "").trim()),
  );
  const all = [
    await fontFaces(families),
    ...rules,
    `:root { ${values.join(" ")} }`,
    css,
    `html, body { background: ${paperOf(root)}; }`,
    PAGE,
  ];
  return all.join("\n").replace(/<\//g, "<\\/");
}

async function scripts(taken, { entry, modules }) {
  const { root, place } = taken;
  const data = await carried(asSeen(taken), taken.source.base);
  const library = plotOf(root) ? `<script>${closed(await (await fetch(taken.data.plotly)).text())}</script>` : "";
  const kept = place().text();
  const sliders = [...root.querySelectorAll("input[type=range]")].map(({ max, value }) => [max, value]);
  return `${library}<script type="importmap">${importMap(modules)}</script>
<script type="module">
${kept ? `history.replaceState(null, "", ${scripted(`?at-picture=${kept}`)});` : ""}
const { default: shown } = await import(${scripted(entry)});
const parentElement = document.getElementById("picture");
shown({ data: ${data}, parentElement, setStateValue() {} });
${closed(`(${restore})(parentElement, ${scripted(sliders)}, 100);`)}
</script>`;
}

/** Where the page finds each of its modules: in itself. */
function importMap(modules) {
  const within = (script) => `data:text/javascript;base64,${base64Of(new TextEncoder().encode(script))}`;
  return scripted({
    imports: Object.fromEntries(Object.entries(modules).map(([name, script]) => [name, within(script)])),
  });
}

function base64Of(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Put the sliders, [max, value] each, where they were, once the component has unpacked its data. */
function restore(parent, sliders, tries) {
  const inputs = [...parent.querySelectorAll("input[type=range]")];
  if (inputs.length !== sliders.length || inputs.some((input, k) => input.max !== sliders[k][0])) {
    if (tries) setTimeout(() => restore(parent, sliders, tries - 1), 50);
    return;
  }
  inputs.forEach((input, k) => {
    if (input.value === sliders[k][1]) return;
    input.value = sliders[k][1];
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** The data, a Plotly figure's with the zoom and the camera that the reader has chosen. */
function asSeen({ data, root }) {
  const plot = plotOf(root);
  if (!plot) return data;
  const figure = JSON.parse(data.figure);
  for (const [name, axis] of Object.entries(filledLayout(plot))) {
    const seen = /^[xy]axis\d*$/.test(name)
      ? { range: [...axis.range], autorange: false }
      : /^scene\d*$/.test(name)
        ? { camera: axis.camera }
        : null;
    if (seen) figure.layout[name] = { ...figure.layout[name], ...seen };
  }
  return { ...data, figure: JSON.stringify(figure), plotly: "" };
}

/** The data as JSON, with every address of the app's server replaced by what lies there. */
async function carried(data, base) {
  let text = scripted(data);
  for (const [quoted, address] of text.matchAll(/"(\/[^"\\]*)"/g)) {
    if (address.startsWith(base)) text = text.replaceAll(quoted, scripted(await inlined(address)));
  }
  return text;
}
