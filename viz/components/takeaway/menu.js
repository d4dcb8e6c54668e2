// The menu of takeaway.js: PNG, SVG or HTML, made here in the browser and saved under the picture's name.

import { pageOf } from "./page.js";
import { pngOf, svgOf } from "./pictures.js";

const REMEMBERED = 10_000; // ms that a file's name stays beside the button

const KINDS = {
  png: { title: "PNG", words: "picture", type: "image/png", make: pngOf },
  svg: { title: "SVG", words: "drawing", type: "image/svg+xml", make: svgOf },
  html: { title: "HTML", words: "page that works offline", type: "text/html", make: pageOf },
};

/** Open the menu of an offer, or close it. */
export function toggle(offer) {
  if (offer.menu) return close(offer);
  const menu = document.createElement("div");
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", "Take away as");
  menu.append(
    ...Object.entries(KINDS).map(([kind, { title, words }]) => {
      const item = document.createElement("button");
      item.type = "button";
      item.tabIndex = -1;
      item.setAttribute("role", "menuitem");
      item.innerHTML = `<b>${title}</b><small>${words}</small>`;
      item.addEventListener("click", () => {
        close(offer);
        take(offer, kind);
      });
      return item;
    }),
  );
  menu.addEventListener("keydown", (event) => walk(offer, event));
  menu.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (to && to !== offer.button && !menu.contains(to)) close(offer, false);
  });
  offer.outside = (event) => {
    if (!offer.row.contains(event.target)) close(offer, false);
  };
  document.addEventListener("pointerdown", offer.outside);
  offer.menu = menu;
  offer.status.textContent = "";
  offer.button.setAttribute("aria-expanded", "true");
  offer.row.append(menu);
  menu.firstElementChild.focus();
}

function close(offer, focus = true) {
  const { menu } = offer;
  if (!menu) return;
  offer.menu = null;
  document.removeEventListener("pointerdown", offer.outside);
  offer.button.setAttribute("aria-expanded", "false");
  if (focus) offer.button.focus({ preventScroll: true });
  menu.remove();
}

function walk(offer, event) {
  const items = [...offer.menu.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape") close(offer);
  else if (to !== undefined) items.at(to % items.length).focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Make one kind of file and hand it to the reader. */
async function take(offer, kind) {
  if (offer.button.getAttribute("aria-busy") === "true") return;
  offer.button.setAttribute("aria-busy", "true");
  try {
    const made = await KINDS[kind].make(described(offer));
    const name = `${nameOf(offer)}.${kind}`;
    save(made instanceof Blob ? made : new Blob([made], { type: KINDS[kind].type }), name);
    const words = (offer.status.textContent = `Saved as ${name}`);
    setTimeout(() => {
      if (offer.status.textContent === words) offer.status.textContent = "";
    }, REMEMBERED);
  } catch (error) {
    offer.status.textContent = `This picture could not be taken away. ${error.message ?? ""}`;
  } finally {
    offer.button.removeAttribute("aria-busy");
  }
}

/** The offer with the words that belong to the picture: its page's title and address, and what it shows. */
function described(offer) {
  const labelled = offer.root.querySelectorAll("[aria-label]:is([role=img], [role=application], svg)");
  const labels = [...labelled].map((element) => element.getAttribute("aria-label").replace(/[^.!?]$/, "$&."));
  return {
    ...offer,
    title: document.querySelector("h1")?.textContent.trim() || document.title,
    address: location.href,
    alt: typeof offer.data.alt === "string" ? offer.data.alt : [...new Set(labels)].join(" "),
  };
}

/** uncrumple-<page>-<picture>: a picture's key begins with its page's. */
function nameOf({ row, source }) {
  const key = row.closest('[class*="st-key-"]')?.className.match(/(?:^|\s)st-key-(\S+)/)[1] ?? source.name;
  return `uncrumple-${key.replace(/[^a-zA-Z0-9]+/g, "-")}`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
