// Positions that only the browser knows, such as a
// scrubber's or a camera's, stand in the page's address, so that its link and a reload begin there.

import { isFrozen } from "./freezing.js";

const HOME = "whole_picture"; // the page whose address is the app's own
const PLACE_REST = 200; // ms without a change before the address follows
const PLACE_MOST = 2000; // characters of one value
const placing = { page: "", values: new Map(), timer: 0 };

/** A parameter's text as the address has it now; null without it. */
export function addressValue(name) {
  return new URLSearchParams(location.search).get(name);
}

/** All its texts. */
export function addressValues(name) {
  return new URLSearchParams(location.search).getAll(name);
}

export const LINK_READ = "uncrumple-link-read";

/** Of this page's address, which names components have asked for (claimed), and what could not be read: {name: text}. */
export function linkReading() {
  const path = location.pathname;
  if (window.uncrumpleLink?.path !== path) window.uncrumpleLink = { path, claimed: new Set(), unread: new Map() };
  return window.uncrumpleLink;
}

/** Tell link_words.js that a component has asked for this name, and the text it could not read, if so. */
export function tellLinkRead(name, unread) {
  const { claimed, unread: all } = linkReading();
  claimed.add(name);
  if (unread === undefined) all.delete(name);
  else all.set(name, unread);
  window.dispatchEvent(new Event(LINK_READ));
}

/** A parameter's text where the link gives one value; null without it. What it gives twice, a component cannot read. */
export function linkedValue(name) {
  const texts = [...new Set(new URLSearchParams(location.search).getAll(name))];
  if (texts.length > 1) tellLinkRead(name, texts.join("”, “"));
  return texts.length === 1 ? texts[0] : null;
}

/** The parts of the address's query whose names pass. */
export function addressParts(passes) {
  const nameOf = (part) => new URLSearchParams(part).keys().next().value ?? "";
  return location.search
    .slice(1)
    .split("&")
    .filter((part) => part && passes(nameOf(part)));
}

/** The address's query with these texts of letters, digits and - _ . , ~ under their names, without those of null. */
export function searchWith(values) {
  const added = [...values].filter(([, value]) => value !== null).map((pair) => pair.join("="));
  return searchOf([...addressParts((name) => !values.has(name)), ...added]);
}

export function searchOf(parts) {
  return parts.length ? `?${parts.join("&")}` : "";
}

/** Put a query into the address itself, without a step in the browser's history. */
export function replaceSearch(search) {
  if (search === location.search) return;
  history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
}

/** Let the address hold this text under this name, null where the default says the same; it follows after a rest. */
export function keepInAddress(name, text) {
  if (!name || isFrozen() || !location.protocol.startsWith("http")) return;
  if (placing.page !== location.pathname) placing.values.clear();
  placing.page = location.pathname;
  placing.values.set(name, text);
  clearTimeout(placing.timer);
  placing.timer = setTimeout(() => {
    // The reader may have gone to another page meanwhile.
    if (placing.page === location.pathname) replaceSearch(searchWith(placing.values));
    placing.values.clear();
  }, PLACE_REST);
}

/** The position of the component that lives in this element: what a link brought, and where to put what follows. */
export function placeOf(parent) {
  const keyed = parent.closest('[class*="st-key-"]');
  const key = keyed?.className.match(/(?:^|\s)st-key-(\S+)/)[1];
  const page = location.pathname.split("/").filter(Boolean).at(-1);
  const stem = [page, HOME].find((each) => key?.startsWith(`${each}_`));
  const name = key && `at-${stem ? key.slice(stem.length + 1) : key}`;
  let last;
  if (name) tellLinkRead(name);
  const place = {
    name,
    /** What `parse` makes of the address’s text; null without one. What it makes nothing of, the page says above. */
    read(parse) {
      const text = name && linkedValue(name);
      if (text === null || text === undefined) return null;
      const found = text.length <= PLACE_MOST ? parse(text) : null;
      tellLinkRead(name, found === null || found === undefined ? text : undefined);
      return found ?? null;
    },
    /** The address's text; null for nothing, or more than any picture writes. */
    text: () => place.read((text) => text || null),
    /** As many numbers as there are limits [low, high], brought within them; null if the address has anything else. */
    numbers: (limits) =>
      place.read((text) => {
        const parts = text.split(",");
        if (parts.length !== limits.length || !parts.every((part) => /^-?\d{1,9}(\.\d{1,9})?$/.test(part))) return null;
        return parts.map((part, k) => Math.min(Math.max(Number(part), limits[k][0]), limits[k][1]));
      }),
    /** A text, numbers (written with two decimals at most), or null for what the picture shows by itself. */
    put(value) {
      const text = Array.isArray(value) ? value.map((number) => String(Number(number.toFixed(2)) + 0)).join() : value;
      if (text === last) return;
      last = text;
      if (name && text !== null && linkReading().unread.has(name)) tellLinkRead(name);
      keepInAddress(name, text);
    },
  };
  return place;
}
