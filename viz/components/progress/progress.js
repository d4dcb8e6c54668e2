// The way through the pages as the reader has gone it. A page counts as read when the reader has gone down to its foot
// and stayed a moment, or has answered one of its questions right. That the foot is in view is not enough: it is while a
// page is still being filled, and on a high window at once.

import { mount } from "../shared/board.js";
import { MAIN } from "../shared/streamlit.js";
import { element, pageLink } from "../shared/wayfinding.js";
import { answersOf, emptyRecord, RECORDED, record, recordAnswers, recordSeen } from "./record.js";

const AT_FOOT = 1500; // ms at its foot that count as having read a page
const ACTS = ["scroll", "pointerdown", "keydown"];
const RULE = "A page is ticked when you have gone down to its end, or answered one of its questions right.";

const FORMS = { row: buildRow, overview: buildOverview, count: buildCount };

function build(parent) {
  const root = element("div", "uncrumple-progress");
  root.dataset.testid = "progress";
  parent.append(root);
  const state = { root, show: () => {}, seconds: 0, timers: [], observer: null };
  state.listener = () => state.show(record());
  window.addEventListener(RECORDED, state.listener);
  return state;
}

function renew(state, data) {
  const { root } = state;
  stopReading(state);
  root.replaceChildren();
  root.dataset.form = data.form;
  state.show = FORMS[data.form](root, data);
  if (data.form === "count") {
    recordAnswers(data.here, data.visit, data.answers);
    if (data.answers.right) recordSeen(data.here);
  } else startReading(state, data.here);
  state.show(record());
}

function release(state) {
  stopReading(state);
  window.removeEventListener(RECORDED, state.listener);
}

/** Note the page as read once the reader has done something on it and its foot, where this stands, stays in view. */
function startReading(state, stem) {
  let [hasActed, atFoot, timer] = [false, false, 0];
  const consider = () => {
    clearTimeout(timer);
    if (hasActed && atFoot)
      timer = setTimeout(() => {
        stopReading(state);
        recordSeen(stem);
      }, AT_FOOT);
  };
  const act = ({ type, target }) => {
    if (hasActed || !target.closest?.(MAIN) || (type === "scroll" && !target.scrollTop)) return;
    hasActed = true;
    consider();
  };
  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    atFoot = isIntersecting;
    consider();
  });
  observer.observe(state.root);
  for (const type of ACTS) document.addEventListener(type, act, true);
  state.stop = () => {
    clearTimeout(timer);
    observer.disconnect();
    for (const type of ACTS) document.removeEventListener(type, act, true);
  };
}

function stopReading(state) {
  state.stop?.();
  state.stop = null;
}

function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/** How far the reader has come, in words. */
function soFar(kept, pages) {
  const [asked, right] = answersOf(kept);
  const read = pages.filter(({ stem }) => kept.seen.includes(stem)).length;
  return `${read} of ${pages.length} pages read${asked ? `, ${right} of ${counted(asked, "answer", "answers")} right` : ""}`;
}

function pageWords({ title, stem }, kept, here) {
  const [asked, right] = answersOf(kept, stem);
  const read = kept.seen.includes(stem) ? "read" : "not read yet";
  return `${title}: ${stem === here ? "you are here, " : ""}${read}${asked ? `, ${right} of ${asked} answers right` : ""}`;
}

function buildRow(root, { sections, here }) {
  const pages = sections.flatMap((section) => section.pages);
  const status = element("p", "status");
  const list = element("nav", "marks");
  list.setAttribute("aria-label", "All pages");
  const marks = new Map();
  let kept = emptyRecord();
  const tell = (page) => {
    status.textContent = page ? pageWords(page, kept, here) : soFar(kept, pages);
  };
  for (const { short, title, pages: own } of sections) {
    const group = element("span", "group", element("span", "short", short));
    group.title = title;
    for (const page of own) {
      const mark = pageLink(page.address, element("span", "dot"));
      if (page.stem === here) mark.setAttribute("aria-current", "page");
      for (const name of ["pointerenter", "focus"]) mark.addEventListener(name, () => tell(page));
      for (const name of ["pointerleave", "blur"]) mark.addEventListener(name, () => tell(null));
      marks.set(page, mark);
      group.append(mark);
    }
    list.append(group);
  }
  root.append(list, status);
  return (changed) => {
    kept = changed;
    for (const [page, mark] of marks) {
      const isRead = kept.seen.includes(page.stem);
      mark.firstChild.textContent = isRead ? "✓" : "";
      mark.classList.toggle("read", isRead);
      mark.classList.toggle("answered", answersOf(kept, page.stem)[1] > 0);
      mark.setAttribute("aria-label", pageWords(page, kept, here));
    }
    tell(null);
  };
}

function buildOverview(root, { sections, here }) {
  const pages = sections.flatMap((section) => section.pages);
  const status = element("p", "status");
  const onward = element("p", "onward");
  const list = element("div", "sections");
  const rows = new Map();
  for (const { title, pages: own } of sections.filter((section) => section.pages.some(({ stem }) => stem !== here))) {
    const items = own.map((page) => {
      const tick = element("span", "dot");
      const note = element("span", "note");
      rows.set(page, { tick, note });
      return element("li", "", tick, pageLink(page.address, page.title), note, element("span", "offer", page.offer));
    });
    list.append(element("section", "", element("h3", "", title), element("ul", "", ...items)));
  }
  root.append(element("div", "head", onward, status), element("p", "rule", RULE), list);
  return (kept) => {
    status.textContent = soFar(kept, pages);
    const next = pages.find(({ stem }) => stem !== here && !kept.seen.includes(stem));
    const label = kept.seen.some((stem) => stem !== here) ? "Go on" : "Begin";
    onward.replaceChildren(
      ...(next ? [pageLink(next.address, `${label}: ${next.title} →`)] : ["You have read them all."]),
    );
    for (const [page, { tick, note }] of rows) {
      const [asked, right] = answersOf(kept, page.stem);
      const isRead = kept.seen.includes(page.stem);
      tick.textContent = isRead ? "✓" : "";
      tick.classList.toggle("read", isRead);
      tick.setAttribute("role", "img");
      tick.setAttribute("aria-label", isRead ? "read" : "not read yet");
      note.textContent = asked ? `${right} of ${asked} right` : "";
    }
  };
}

function buildCount(root, { here }) {
  const status = element("p", "status");
  status.setAttribute("aria-live", "polite");
  root.append(status);
  return (kept) => {
    const [asked, right] = answersOf(kept, here);
    const [all, allRight] = answersOf(kept);
    const elsewhere = all > asked ? `; in the whole chapter ${allRight} of ${all}` : "";
    status.textContent = asked
      ? `On this page ${right} of ${counted(asked, "answer", "answers")} right${elsewhere}.`
      : "";
  };
}

export default mount({ build, renew, release });
