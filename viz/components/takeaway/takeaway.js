// A quiet button below every picture takes it away as
// PNG, SVG or HTML. What makes those is loaded from the app's own server when the button is first used.

import { placeOf } from "../shared/place.js";

const TAKE_ICON = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor"
  stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
  <path d="M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11"/></svg>`;

/** The component with its button. source: {name, taken, base, parts}, see assets.component. */
export function takeaway(component, source) {
  const offers = new WeakMap();
  return (given) => {
    const { parentElement: parent, data } = given;
    const release = component(given);
    let offer = offers.get(parent);
    if (!offer) offers.set(parent, (offer = offerTaking(parent, source)));
    offer.data = data;
    return () => {
      release();
      offer.row.remove();
      offers.delete(parent);
    };
  };
}

function offerTaking(parent, source) {
  const row = document.createElement("div");
  row.className = "uncrumple-take";
  row.innerHTML = `<span role="status"></span><button type="button" aria-label="Take this picture away"
    title="Take this picture away" aria-haspopup="menu" aria-expanded="false">${TAKE_ICON}</button>`;
  const [status, button] = row.children;
  const root = parent.lastElementChild;
  parent.append(row);
  const offer = { row, button, status, root, source, data: null, place: () => placeOf(parent) };
  button.addEventListener("click", async () => {
    try {
      const { toggle } = await import("./menu.js");
      toggle(offer);
    } catch {
      status.textContent = "The app’s server does not answer.";
    }
  });
  return offer;
}
