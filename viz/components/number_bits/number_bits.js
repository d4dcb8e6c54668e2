// A table of data types by numbers; the chosen cell below it as bits that flip when clicked. All of it in the browser.

import { always, mount, watchTheme } from "../shared/board.js";
import { placeOf, tellLinkRead } from "../shared/place.js";
import { arrowOf } from "../shared/pointing.js";
import { isDark } from "../shared/theme.js";
import { derivation, difference, fieldsOf, minus, valueText, weightOf } from "./arithmetic.js";

const REST = 300;

function build(parent) {
  const root = document.createElement("div");
  root.className = "uncrumple-bits";
  root.dataset.testid = "number-bits";
  root.innerHTML = `
    <div class="uncrumple-bits-numbers" role="group" aria-label="Number"></div>
    <div class="uncrumple-bits-scroll"><table><thead></thead><tbody></tbody></table></div>
    <h3></h3>
    <p class="uncrumple-bits-why"></p>
    <div class="uncrumple-bits-fields" role="group"></div>
    <p class="uncrumple-bits-hint">Click a bit, or press Space on it, to flip it.
      <button type="button" class="uncrumple-bits-back"></button></p>
    <dl></dl>
    <p class="uncrumple-bits-result" data-testid="number-bits-result" aria-live="polite"></p>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const state = {
    root,
    numbers: find(".uncrumple-bits-numbers"),
    head: find("thead"),
    body: find("tbody"),
    title: find("h3"),
    why: find(".uncrumple-bits-why"),
    fields: find(".uncrumple-bits-fields"),
    back: find(".uncrumple-bits-back"),
    lines: find("dl"),
    result: find(".uncrumple-bits-result"),
    text: "",
    row: 0,
    column: 0,
    bits: "",
    timer: 0,
    kept: placeOf(parent),
  };
  state.body.addEventListener("keydown", (event) => walkTable(state, event));
  state.fields.addEventListener("keydown", (event) => walkBits(state, event));
  state.back.addEventListener("click", () => {
    state.bits = cell(state).bits;
    showBits(state);
  });
  watchTheme(state, paint);
  return state;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function cell({ table, row, column }) {
  return table.cells[row][column];
}

function paint({ root, palettes }) {
  for (const [name, value] of Object.entries(palettes[isDark(root) ? "dark" : "light"])) {
    root.style.setProperty(`--${name}`, value);
  }
}

function showTable(state) {
  const { formats, numbers, cells } = state.table;
  const head = element("tr");
  head.append(element("th", "form", "typed"));
  numbers.forEach(({ text }, column) => {
    const heading = element("th", `number column-${column}`, text);
    heading.scope = "col";
    heading.title = text;
    head.append(heading);
  });
  state.head.replaceChildren(head);
  state.numbers.replaceChildren(
    ...numbers.map(({ text }, column) => {
      const chip = element("button", "", text);
      chip.type = "button";
      chip.addEventListener("click", () => choose(state, state.row, column));
      return chip;
    }),
  );
  state.body.replaceChildren(
    ...formats.map((form, row) => {
      const line = element("tr");
      const name = element("th", "form");
      name.scope = "row";
      name.append(element("b", "", form.name), element("span", "", form.size), element("span", "", form.range));
      line.append(name, ...numbers.map((number, column) => tableCell(state, cells[row][column], number, row, column)));
      return line;
    }),
  );
}

function tableCell(state, { shown, loss, amount, tone }, number, row, column) {
  const box = element("td", `column-${column} ${tone}`);
  const button = element("button");
  button.type = "button";
  button.append(element("b", "", shown), element("span", "", loss), element("small", "", amount));
  button.setAttribute("aria-label", `${number.text} as ${state.table.formats[row].name}: ${shown}, ${loss} ${amount}`);
  button.addEventListener("click", () => choose(state, row, column));
  box.append(button);
  return box;
}

function walkTable(state, event) {
  const way = arrowOf(event);
  if (!way) return;
  event.preventDefault();
  const { formats, numbers } = state.table;
  const within = (value, size) => Math.max(0, Math.min(size - 1, value));
  choose(state, within(state.row - way[1], formats.length), within(state.column + way[0], numbers.length));
  state.body.rows[state.row].cells[state.column + 1].querySelector("button").focus();
}

/** The cell whose bits are shown; Python hears of it once the reader rests. */
function choose(state, row, column) {
  if (row === state.row && column === state.column) return;
  Object.assign(state, { row, column });
  show(state);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => state.setStateValue("chosen", [state.row, state.column]), REST);
}

function show(state) {
  const { table, row, column } = state;
  state.root.dataset.chosen = `${row},${column}`;
  [...state.body.rows].forEach((line, number) => {
    [...line.cells].slice(1).forEach((box, place) => {
      const here = number === row && place === column;
      box.classList.toggle("chosen", here);
      box.classList.toggle("here", place === column);
      const button = box.firstChild;
      button.tabIndex = here ? 0 : -1;
      button.setAttribute("aria-pressed", String(here));
    });
  });
  [...state.head.rows[0].cells].slice(1).forEach((box, place) => box.classList.toggle("here", place === column));
  [...state.numbers.children].forEach((chip, place) => chip.setAttribute("aria-pressed", String(place === column)));
  const form = table.formats[row];
  state.title.textContent = `${table.numbers[column].text} as ${form.name}, bit by bit`;
  state.why.textContent = cell(state).why;
  state.why.className = `uncrumple-bits-why ${cell(state).tone}`;
  state.back.textContent = `Back to ${table.numbers[column].text}`;
  state.bits = cell(state).bits;
  buildBits(state, form);
  showBits(state);
}

function buildBits(state, form) {
  if (state.form?.name === form.name && state.fields.children.length) {
    state.form = form;
    return;
  }
  state.form = form;
  state.fields.setAttribute("aria-label", `Bits of ${form.name}, the highest first`);
  state.fields.replaceChildren(
    ...fieldsOf(form).map(([name, start, length]) => {
      const field = element("div", `field ${name}`);
      const row = element("div", "row");
      for (let index = start; index < start + length; index += 1) row.append(bitButton(state, form, index));
      field.append(element("p", "", `${name}, ${length} ${length === 1 ? "bit" : "bits"}`), row);
      return field;
    }),
  );
}

function bitButton(state, form, index) {
  const button = element("button");
  button.type = "button";
  button.tabIndex = index ? -1 : 0;
  button.append(element("b"), element("small", "", weightOf(form, index)));
  // NumPy keeps a bool in a whole byte, of which only the last bit may be set.
  button.disabled = form.kind === "boolean" && index < form.bits - 1;
  if (form.kind === "boolean") button.tabIndex = button.disabled ? -1 : 0;
  button.addEventListener("click", () => flip(state, index));
  return button;
}

function bitButtons(state) {
  return [...state.fields.querySelectorAll("button")];
}

function flip(state, index) {
  const { bits } = state;
  state.bits = bits.slice(0, index) + (bits[index] === "0" ? "1" : "0") + bits.slice(index + 1);
  showBits(state);
}

function walkBits(state, event) {
  const buttons = bitButtons(state);
  const here = buttons.indexOf(document.activeElement);
  const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined || here < 0) return;
  event.preventDefault();
  const target = buttons[Math.max(0, Math.min(buttons.length - 1, next))];
  if (target.disabled) return;
  for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  target.focus();
}

function showBits(state) {
  const { form, bits, table, column } = state;
  const number = table.numbers[column];
  const before = cell(state).bits;
  bitButtons(state).forEach((button, index) => {
    button.firstChild.textContent = bits[index];
    button.classList.toggle("one", bits[index] === "1");
    button.classList.toggle("flipped", bits[index] !== before[index]);
    button.setAttribute("aria-label", `bit ${form.bits - 1 - index}, counts ${weightOf(form, index)}: ${bits[index]}`);
  });
  state.back.disabled = bits === before;
  state.kept.put(bits === before ? null : [state.row, column, bits].join());
  state.root.dataset.bits = bits;
  state.lines.replaceChildren(
    ...derivation(bits, form).flatMap(([what, text]) => [element("dt", what, what), element("dd", "", text)]),
  );
  const value = element("span", "uncrumple-bits-value", minus(valueText(bits, form)));
  const off = form.kind === "boolean" ? null : difference(bits, form, number.exact);
  const flipped = bits === before ? "" : " after your flips";
  state.result.replaceChildren(element("b", "", `In memory${flipped}: `), value);
  if (off !== null) {
    const apart = off === "0" || off === "-0" ? "exactly the number typed" : `stored − typed = ${minus(off)}`;
    state.result.append(element("span", "uncrumple-bits-off", apart));
  }
}

/** A link may bring flipped bits of a cell: row, column, bits. Returns whether it can be done. */
function beginWherePlaced(state, text) {
  const [, row, column, bits] = text.match(/^(\d),(\d{1,2}),([01]+)$/) ?? [];
  const form = state.table.formats[row];
  const right = form && column < state.table.numbers.length && bits.length === form.bits;
  if (!right || (form.kind === "boolean" && bits.slice(0, -1).includes("1"))) return false;
  choose(state, Number(row), Number(column));
  state.bits = bits;
  showBits(state);
  return true;
}

function renew(state, data) {
  const fresh = !state.table;
  state.palettes = data.palettes;
  paint(state);
  const text = JSON.stringify(data.table);
  if (text !== state.tableText) {
    state.tableText = text;
    state.table = data.table;
    if (fresh) [state.row, state.column] = data.chosen;
    state.column = Math.min(state.column, data.table.numbers.length - 1);
    showTable(state);
    // What is shown puts its own place into the address: the link's is read before.
    const flipped = fresh ? state.kept.text() : null;
    show(state);
    if (flipped) tellLinkRead(state.kept.name, beginWherePlaced(state, flipped) ? undefined : flipped);
  }
}

function release(state) {
  clearTimeout(state.timer);
}

export default mount({ build, renew, release, identify: always });
