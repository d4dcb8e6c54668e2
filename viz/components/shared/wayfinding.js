// Joined to the components that lead to other pages.

import { PAGE_LINK } from "./streamlit.js";

/** Show another page of the app in this session, as its own navigation does: by its link there, else by the address. */
function go(address) {
  const target = new URL(address, location.href);
  const links = document.querySelectorAll(PAGE_LINK);
  const own = target.hash ? null : [...links].find((each) => new URL(each.href).pathname === target.pathname);
  if (own) {
    own.click();
    return;
  }
  history.pushState(null, "", target);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Whether a click asks for this window, not for a new one. */
export function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** A link to a page of the app that keeps the session. */
export function pageLink(address, ...content) {
  const link = document.createElement("a");
  link.href = address;
  link.append(...content);
  link.addEventListener("click", (event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    go(address);
  });
  return link;
}

/** An element of this class, with content. */
export function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Text in which `…` is code. */
export function words(text) {
  return text.split("`").map((part, place) => (place % 2 ? element("code", "", part) : part));
}
