// What the reader has read and answered, kept by the browser until the tab is closed: {"seen": [stem, …],
// "answers": {stem: {visit: [asked, right]}}}. Without storage nothing is kept, and nothing else changes.

const RECORD = "uncrumple-progress";
export const RECORDED = "uncrumple-progress-changed";
const VISITS = 8; // kept of each page

export function emptyRecord() {
  return { seen: [], answers: {} };
}

/** The record as stored; an empty one if there is none, or if somebody else's text stands there. */
export function record() {
  try {
    const { seen, answers } = JSON.parse(sessionStorage.getItem(RECORD));
    const isCount = (number) => Number.isInteger(number) && number >= 0;
    const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount) && pair[1] <= pair[0];
    const isSound =
      Array.isArray(seen) &&
      seen.every((stem) => typeof stem === "string") &&
      Object.values(answers).every((visits) => Object.values(visits).every(isPair));
    return isSound ? { seen, answers } : emptyRecord();
  } catch {
    return emptyRecord();
  }
}

/** Change the record by this function, and tell whoever shows it. */
function changeRecord(change) {
  const changed = record();
  change(changed);
  try {
    sessionStorage.setItem(RECORD, JSON.stringify(changed));
  } catch {
    return;
  }
  window.dispatchEvent(new Event(RECORDED));
}

export function recordSeen(stem) {
  if (!record().seen.includes(stem)) changeRecord(({ seen }) => seen.push(stem));
}

/** A visit's counts only grow; what is stored already is stored once. */
export function recordAnswers(stem, visit, { asked, right }) {
  if (!asked) return;
  changeRecord(({ answers }) => {
    const visits = Object.entries(answers[stem] ?? {}).filter(([other]) => other !== visit);
    answers[stem] = Object.fromEntries([...visits.slice(1 - VISITS), [visit, [asked, right]]]);
  });
}

/** [asked, right] on this page, or on all. */
export function answersOf({ answers }, stem) {
  const visits = stem ? [answers[stem] ?? {}] : Object.values(answers);
  const pairs = visits.flatMap((each) => Object.values(each));
  return [0, 1].map((place) => pairs.reduce((sum, pair) => sum + pair[place], 0));
}
