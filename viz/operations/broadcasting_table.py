"""The alignment table: shapes written one below the other, right-aligned, with a verdict on each axis (HTML)."""

from collections.abc import Sequence
from html import escape

from engine.operations.broadcasting import INCOMPATIBLE, Alignment, Axis
from viz import theme


def _color(name: str) -> str:
    return f"light-dark({theme.LIGHT[name]}, {theme.DARK[name]})"


_STYLE = f"""<style>
.alignment {{ overflow-x: auto; margin: 0.25rem 0; }}
.alignment table {{ border-collapse: separate; border-spacing: 0.3rem 0.2rem; font-variant-numeric: tabular-nums; }}
.alignment :is(th, td) {{ padding: 0.3rem 0.6rem; text-align: center; border: 0; font-weight: 400; min-width: 4.2rem; }}
.alignment th[scope=row] {{ text-align: right; min-width: 0; font-weight: 600; white-space: nowrap; }}
.alignment thead th {{ font-size: 0.88rem; font-weight: 600; border-bottom: 3px solid var(--axis); }}
.alignment td {{ border-radius: 0.35rem; background: color-mix(in srgb, currentColor 5%, transparent); }}
.alignment td.added {{ background: none; outline: 1.5px dashed color-mix(in srgb, currentColor 45%, transparent);
  outline-offset: -1.5px; }}
.alignment td.clash {{ color: {_color("loss")}; font-weight: 700;
  background: color-mix(in srgb, currentColor 12%, transparent); }}
.alignment td.result {{ font-weight: 600; }}
.alignment td.blank {{ background: none; }}
.alignment tr.verdict td {{ background: none; font-size: 0.85rem; line-height: 1.2; vertical-align: top; }}
.alignment .stretched {{ color: {_color("prediction")}; font-weight: 600; white-space: nowrap; }}
@media (max-width: 640px) {{
  .alignment table {{ border-spacing: 0.15rem; font-size: 0.92rem; width: 100%; }}
  .alignment :is(th, td) {{ padding: 0.25rem 0.1rem; min-width: 3rem; }}
  .alignment tr.verdict td {{ font-size: 0.8rem; }}
}}
</style>"""


def alignment_table(alignment: Alignment, names: Sequence[str]) -> str:
    """One row for each shape, one for the result and one for the verdicts; one column for each axis.

    An added axis has a dashed frame; a stretched size shows both sizes; sizes that clash are crossed and red.
    """
    if not alignment.axes:
        return _STYLE + "<p>Scalars have no axes, so there is nothing to align. The result has shape ().</p>"
    rank = len(alignment.axes)
    heads = "".join(
        f'<th scope="col" style="--axis: {_axis_color(rank, axis)}">axis {axis.number}</th>' for axis in alignment.axes
    )
    rows = [_row(name, "".join(_size(axis, which) for axis in alignment.axes)) for which, name in enumerate(names)]
    rows.append(_row("result", "".join(_result(axis) for axis in alignment.axes)))
    verdicts = "".join(f"<td>{_verdict(axis)}</td>" for axis in alignment.axes)
    return (
        f'{_STYLE}<div class="alignment"><table><thead><tr><td class="blank"></td>{heads}</tr></thead><tbody>'
        f'{"".join(rows)}<tr class="verdict"><td class="blank"></td>{verdicts}</tr></tbody></table></div>'
    )


def _row(name: str, cells: str) -> str:
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def _axis_color(rank: int, axis: Axis) -> str:
    return _color(theme.AXES[min(rank + axis.number, len(theme.AXES) - 1)])


def _size(axis: Axis, which: int) -> str:
    """One operand's size on one axis, and what becomes of it."""
    own = 1 if axis.added[which] else axis.sizes[which]
    if axis.verdict == INCOMPATIBLE and own != 1:
        return f'<td class="clash">✗ {own:,}</td>'
    kind = ' class="added"' if axis.added[which] else ""
    if axis.stretched[which]:
        return f'<td{kind}>{own:,} <span class="stretched">→ {axis.size:,}</span></td>'
    return f"<td{kind}>{own:,}</td>"


def _result(axis: Axis) -> str:
    return '<td class="clash">none</td>' if axis.size is None else f'<td class="result">{axis.size:,}</td>'


def _verdict(axis: Axis) -> str:
    word = axis.verdict.replace("incompatible", "incom&shy;patible")
    kind = "clash" if axis.verdict == INCOMPATIBLE else "stretched" if "stretched" in axis.verdict else ""
    if kind == "clash":
        return f'<b style="color: {_color("loss")}">✗ {word}</b>'
    return f'<span class="{kind}" style="white-space: normal">{word}</span>' if kind else word
