"""The network and its preprocessing as rows of cards with shapes, dtypes and parameter counts (HTML)."""

from typing import NamedTuple

from engine.training.network import CLASSES, PIXELS


class Card(NamedTuple):
    """One box: a heading, the shape that leaves it, and short lines below."""

    heading: str
    shape: str
    lines: tuple[str, ...]


_STYLE = """<style>
.cards { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: stretch; margin: 0.25rem 0 0.5rem; }
.cards .card { flex: 1 1 9.5rem; min-width: 0; padding: 0.7rem 0.9rem; border-radius: 0.5rem;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  background: color-mix(in srgb, currentColor 4%, transparent); }
.cards .arrow { align-self: center; opacity: 0.6; font-size: 1.2rem; }
.cards b { display: block; }
.cards code { font-size: 0.95em; background: none; color: inherit; padding: 0; white-space: nowrap; }
.cards span { display: block; font-size: 0.88rem; opacity: 0.86; }
@media (max-width: 640px) { .cards { flex-direction: column; } .cards .card { flex: none; }
  .cards .arrow { transform: rotate(90deg); line-height: 1; } }
</style>"""


def layer_cards(hidden_units: int) -> list[Card]:
    """Input, two dense layers and the prediction.

    >>> layer_cards(512)[1].lines[2]
    '401,920 parameters'
    """
    first = PIXELS * hidden_units + hidden_units
    second = hidden_units * CLASSES + CLASSES
    return [
        Card("A digit", f"({PIXELS},)", ("28 × 28 pixels in a row", "each from 0 to 1")),
        Card(
            f"Dense({hidden_units}), relu",
            f"({hidden_units},)",
            (f"W1 ({PIXELS}, {hidden_units})", f"b1 ({hidden_units},)", f"{first:,} parameters"),
        ),
        Card(
            f"Dense({CLASSES}), softmax",
            f"({CLASSES},)",
            (f"W2 ({hidden_units}, {CLASSES})", f"b2 ({CLASSES},)", f"{second:,} parameters"),
        ),
        Card(
            "Ten probabilities", "sum to 1", ("the largest is the prediction", f"{first + second:,} parameters in all")
        ),
    ]


def preprocessing_cards(samples: int) -> list[Card]:
    """What happens to the images before the first layer."""
    return [
        Card("As stored", f"({samples}, 28, 28)", ("uint8", "0 to 255")),
        Card("reshape", f"({samples}, {PIXELS})", ("uint8", "rows laid end to end")),
        Card("astype(float32) / 255", f"({samples}, {PIXELS})", ("float32", "0.0 to 1.0, 4 bytes each")),
    ]


def cards_html(cards: list[Card]) -> str:
    """The cards in a row with arrows between them; in a column on a phone."""
    boxes = [
        f'<div class="card"><b>{card.heading}</b><code>{card.shape}</code>'
        + "".join(f"<span>{line}</span>" for line in card.lines)
        + "</div>"
        for card in cards
    ]
    return _STYLE + '<div class="cards">' + '<div class="arrow" aria-hidden="true">→</div>'.join(boxes) + "</div>"
