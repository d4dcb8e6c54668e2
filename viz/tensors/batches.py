"""What changes with the batch size, as a table (HTML)."""

from collections.abc import Sequence

from engine.tensors.batches import Division

_STYLE = """<style>
.batch-sizes { width: 100%; max-width: 46rem; border-collapse: collapse; font-variant-numeric: tabular-nums;
  font-size: 0.95rem; margin: 0.25rem 0; }
.batch-sizes th, .batch-sizes td { padding: 0.4rem 0.6rem; text-align: right; line-height: 1.3; vertical-align: bottom;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.batch-sizes thead th { font-weight: 500; font-size: 0.88rem; }
.batch-sizes tbody th { font-weight: 400; }
.batch-sizes .chosen > * { font-weight: 700; background: color-mix(in srgb, currentColor 8%, transparent); }
.batch-sizes .chosen th::before { content: "▸ "; }
@media (max-width: 640px) { .batch-sizes th, .batch-sizes td { padding: 0.4rem 0.3rem; font-size: 0.85rem; } }
</style>"""


def byte_text(count: int) -> str:
    """Bytes in the unit a reader would say; kB and MB are thousands and millions.

    >>> byte_text(3136), byte_text(401_408), byte_text(188_160_000)
    ('3.14 kB', '401 kB', '188 MB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            number = count / size
            return f"{number:.{max(0, 2 - len(str(int(number))) + 1)}f} {unit}"
    return f"{count} B"


def sizes_table_html(divisions: Sequence[Division], chosen: int) -> str:
    """One row per batch size, the chosen one marked by weight, ground and a sign."""
    rows = "".join(
        f'<tr class="{"chosen" if item.batch_size == chosen else ""}"><th scope="row">{item.batch_size:,}</th>'
        f"<td>{item.batches:,}</td><td>{item.last:,}</td><td>{byte_text(item.batch_bytes)}</td></tr>"
        for item in divisions
    )
    heads = ("batch size", "batches, and so updates per epoch", "samples in the last batch", "one batch as float32")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return f'{_STYLE}<table class="batch-sizes"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
