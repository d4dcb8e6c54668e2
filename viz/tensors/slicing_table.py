"""The shape of a slice derived axis by axis, and whose memory it is (HTML)."""

from html import escape

from engine.tensors import slicing
from engine.tensors.slicing import Derivation, Step
from viz import theme
from viz.tensors.slicing import clipped, shape_text

_STYLE = """<style>
.slicing table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
.slicing :is(th, td) { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.slicing th { font-weight: 600; white-space: nowrap; }
.slicing td:last-child { width: 99%; padding-right: 0; }
.slicing td.size { white-space: nowrap; font-variant-numeric: tabular-nums; }
.slicing code { background: none; color: inherit; padding: 0; font-size: 0.95em;
  overflow-wrap: anywhere; }
.slicing td code { white-space: nowrap; }
.slicing i { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.45em; }
.slicing dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem;
  margin: 0.8rem 0 0.2rem; }
.slicing dl.facts, .slicing dl.facts :is(dt, dd) { margin-left: 0; padding-left: 0; }
.slicing dl.facts :is(dt, dd) { margin: 0; }
.slicing dl.facts dt { font-weight: 600; }
@media (max-width: 640px) {
  .slicing thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .slicing tr { display: flex; flex-wrap: wrap; padding: 0.35rem 0;
    border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
  .slicing tbody :is(th, td) { border: 0; padding: 0.05rem 0.9rem 0.05rem 0; }
  .slicing td:last-child { flex-basis: 100%; }
  .slicing td code { white-space: normal; } }
</style>"""


def derivation_html(name: str, derivation: Derivation, itemsize: int) -> str:
    """The shape axis by axis as a table, and below it the result's shape, who owns its memory, and its strides."""
    rows = "".join(_row(step) for step in derivation.steps)
    if not rows:
        rows = "<tr><th scope='row'>none</th><td></td><td class='size'></td><td>A single number has no axes.</td></tr>"
    head = "".join(f"<th scope='col'>{title}</th>" for title in ("Axis", "Index", "Size", "What it does"))
    facts = {
        "Shape": f"<code>{shape_text(derivation.shape)}</code> → <code>{shape_text(derivation.result_shape)}</code>",
        "View or copy": f"<b>{_OUTCOMES[derivation.outcome]}</b> {escape(derivation.reason)}",
        "Strides": _strides_words(name, derivation, itemsize),
    }
    listed = "".join(f"<dt>{term}</dt><dd>{words}</dd>" for term, words in facts.items())
    return (
        f"{_STYLE}<div class='slicing'><table aria-label='The shape, axis by axis'><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table><dl class='facts'>{listed}</dl></div>"
    )


_OUTCOMES = {"view": "A view.", "copy": "A copy.", "number": "A number, copied."}


def _row(step: Step) -> str:
    color = "muted" if step.axis is None else theme.AXES[min(step.axis, len(theme.AXES) - 1)]
    dot = f"<i style='background: light-dark({theme.LIGHT[color]}, {theme.DARK[color]})'></i>"
    axis = "new axis" if step.axis is None and step.after else "none" if step.axis is None else f"axis {step.axis}"
    before = "" if step.before is None else f"{step.before:,}"
    after = ("" if step.axis is None else "gone") if step.after is None else f"{step.after:,}"
    size = f"{before} → {after}" if before and after else after
    words = step.sentence.removeprefix(f"axis {step.axis}: ")
    # A sentence begins with the item, which stands in a column of its own.
    words = words.removeprefix(f"{step.text} ") if step.text else words
    return (
        f"<tr><th scope='row'>{dot}{axis}</th><td><code>{escape(clipped(step.text))}</code></td>"
        f"<td class='size'>{size}</td><td>{escape(words)}</td></tr>"
    )


def _strides_words(name: str, derivation: Derivation, itemsize: int) -> str:
    if derivation.outcome == "number":
        return "None: a single number has no axes."
    own = slicing.derive(derivation.shape, (Ellipsis,), itemsize=itemsize).strides
    words = f"<code>{shape_text(derivation.strides)}</code> bytes from one cell to the next on each axis"
    if derivation.outcome == "copy":
        return f"{words}, in new memory."
    start = f"; it begins {derivation.offset:,} bytes into {name}" if derivation.offset else ""
    return f"{words}; those of {name} are <code>{shape_text(own)}</code>{start}."
