// What the graph board shows at a step: texts, classes, pictures and words; nothing moves. For graph_board.

import { pictureOf, setAttribute } from "./colours.js";
import { bringIntoView, choose, keep, point } from "./moving.js";

const MOST_LABEL = 9;

export function paint(state) {
  if (!state.palette || !state.nodes.length) return;
  const { step } = state;
  const now = state.steps[step];
  const backwards = step >= state.turn;
  const lit = litParts(state);
  state.nodes.forEach((parts, k) => paintNode(state, parts, k, lit));
  state.edges.forEach((edge, k) => {
    const { source, target } = state.data.drawing.edges[k];
    const carries = backwards && state.data.locals[k] && state.reached[source] <= step;
    edge.group.classList.toggle("carries", Boolean(carries));
    edge.group.classList.toggle("flows", backwards ? carries && source === now.node : target === now.node);
    edge.group.classList.toggle("waits", !backwards && state.known[target] > step);
    edge.group.classList.toggle("lit", lit.edges.has(k));
    edge.group.classList.toggle("dim", lit.any && !lit.edges.has(k));
    edge.line.style.strokeWidth = state.data.widths ? String(state.data.widths[k]) : "";
    edge.local.classList.toggle("shown", Boolean(carries));
    edge.local.classList.toggle("dim", lit.any && !lit.edges.has(k));
    setText(edge.text, carries ? shorten(state.data.locals[k]) : "");
  });
  paintWords(state, now);
  keep(state);
  state.drawn += 1;
  Object.assign(state.root.dataset, {
    drawn: String(state.drawn),
    step: String(step),
    pass: now.pass,
    rests: String(!state.waiting),
    answered: state.data.answered,
    version: state.data.drawing.version,
    chosen: state.chosen === null ? "" : state.data.drawing.nodes[state.chosen].name,
  });
}

const shorten = (text) => (text.length > MOST_LABEL ? `${text.slice(0, MOST_LABEL - 1)}…` : text);

function paintNode(state, parts, k, lit) {
  const { step } = state;
  const { group, node } = parts;
  const known = state.known[k] <= step;
  const reached = state.reached[k] <= step;
  const { classList } = group;
  classList.toggle("known", known);
  classList.toggle("reached", reached);
  classList.toggle("current", state.steps[step].node === k);
  classList.toggle("chosen", state.chosen === k);
  classList.toggle("pointed", state.pointed === k);
  classList.toggle("lit", lit.nodes.has(k));
  classList.toggle("dim", lit.any && !lit.nodes.has(k));
  classList.toggle("warned", state.warned.has(k));
  fill(state, parts.values, node, known ? state.data.values[k] : null, "");
  fill(state, parts.gradients, node, reached ? state.data.gradients[k] : null, "gradient ");
  paintCaption(parts, known && state.data.values[k]?.norm, reached && state.data.gradients[k]?.norm, reached);
  const value = known ? flat(state.data.values[k]) : "not computed yet";
  const gradient = reached && state.data.gradients[k] !== null ? `, gradient ${flat(state.data.gradients[k])}` : "";
  setAttribute(group, "aria-label", `${node.about}, ${node.kind}: ${value}${gradient}`);
  setAttribute(group, "aria-pressed", String(state.chosen === k));
  setAttribute(group, "tabindex", state.focus === k ? "0" : "-1");
}

/** Between both pictures: the norms, where they are given, else only the word. */
function paintCaption({ caption }, value, gradient, reached) {
  if (!caption) return;
  const norms = [value && `norm ${value}`, gradient && `gradient ${gradient}`].filter(Boolean).join(" · ");
  setText(caption, norms || "gradient");
  caption.classList.toggle("shown", Boolean(norms) || reached);
}

function fill(state, slots, node, content, before) {
  if (node.form === "heat") {
    if (slots.length) setAttribute(slots[0], "href", content ? pictureOf(state, content) : "");
    return;
  }
  const texts = content === null ? [] : Array.isArray(content) ? content.flat() : [before + content];
  slots.forEach((slot, k) => setText(slot, texts[k] ?? (before ? "" : "·")));
}

function flat(content) {
  if (content === null) return "no value";
  if (Array.isArray(content)) return content.map((row) => row.join(" ")).join("; ");
  return content.bytes ? `picture of ${content.rows} by ${content.columns} numbers, at most ${content.most}` : content;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The chosen box's paths to the output, or one of them while a line of the list is pointed at. */
function litParts(state) {
  const edges = new Set();
  const nodes = new Set();
  if (state.chosen !== null) {
    nodes.add(state.chosen);
    const known = state.data.paths?.node === state.chosen ? state.data.paths.lines : null;
    if (known && state.onePath !== null && known[state.onePath]) {
      for (const edge of known[state.onePath].edges) edges.add(edge);
    } else {
      const ahead = reachedFrom(state, state.chosen);
      state.data.drawing.edges.forEach(({ source, target }, k) => {
        if (ahead.has(source) && ahead.has(target) && state.data.locals[k]) edges.add(k);
      });
    }
    for (const edge of edges) {
      nodes.add(state.data.drawing.edges[edge].source);
      nodes.add(state.data.drawing.edges[edge].target);
    }
  }
  return { edges, nodes, any: state.chosen !== null };
}

/** Nodes on a way from here to the output along edges that carry a derivative. */
function reachedFrom(state, from) {
  const { edges } = state.data.drawing;
  const useful = new Map();
  const visit = (node) => {
    if (!useful.has(node)) {
      useful.set(node, node === state.data.output);
      const onward = state.leaving[node].filter((k) => state.data.locals[k] && visit(edges[k].target));
      if (onward.length) useful.set(node, true);
    }
    return useful.get(node);
  };
  visit(from);
  return new Set([...useful].filter(([, arrives]) => arrives).map(([node]) => node));
}

// Words.

function paintWords(state, now) {
  const { data, step } = state;
  setText(state.sentence, now.text);
  state.scrub.value = String(step);
  setAttribute(state.scrub, "aria-valuetext", now.text);
  const backwards = step >= state.turn;
  setText(
    state.place,
    backwards ? `${step - state.turn + 1} of ${data.backward.length}` : `${step} of ${data.forward.length}`,
  );
  setAttribute(state.forward, "aria-pressed", String(!backwards));
  setAttribute(state.backward, "aria-pressed", String(backwards));
  const notes = JSON.stringify(data.notes);
  if (notes !== state.noted) {
    state.noted = notes;
    state.notes.replaceChildren(
      ...data.notes.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text })),
    );
  }
  paintPaths(state);
  state.records.forEach((row, k) => {
    const { node } = data.tape[k];
    row.classList.toggle("recorded", state.known[node] <= step);
    row.classList.toggle("current", now.node === node);
  });
}

function paintPaths(state) {
  const { paths } = state.data;
  const ready = paths && paths.node === state.chosen;
  const key = ready ? JSON.stringify(paths) : String(state.chosen);
  if (key === state.pathsKey) return;
  state.pathsKey = key;
  const line = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name });
  if (state.chosen === null) {
    state.paths.replaceChildren(line("p", state.data.choiceHint, "hint"));
    return;
  }
  if (!ready) return;
  const rows = paths.lines.map(({ text }, k) => {
    const row = line("li", text, "");
    row.tabIndex = 0;
    for (const [event, one] of [
      ["pointerenter", k],
      ["focus", k],
      ["pointerleave", null],
      ["blur", null],
    ]) {
      row.addEventListener(event, () => {
        state.onePath = one;
        paint(state);
      });
    }
    return row;
  });
  const list = document.createElement("ol");
  list.append(...rows);
  state.paths.replaceChildren(
    line("h4", paths.heading, ""),
    list,
    line("p", paths.total, "total"),
    ...(paths.note ? [line("p", paths.note, "hint")] : []),
  );
}

export function makeTape(state) {
  const { tape } = state.data;
  state.tape.hidden = !tape.length;
  setText(state.hint, state.data.tapeHint);
  state.records = tape.map(({ node, text, watched }) => {
    const row = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.classList.toggle("watched", watched);
    if (!watched) button.title = "No variable flows into it: no gradient flows back through it.";
    button.addEventListener("click", () => {
      state.focus = node;
      bringIntoView(state, node);
      choose(state, node);
    });
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => point(state, node));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => point(state, null));
    row.append(button);
    return row;
  });
  state.list.replaceChildren(...state.records);
}
