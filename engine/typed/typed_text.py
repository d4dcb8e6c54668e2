"""What readers type, in the signs the engine reads: one table of signs for every box, each with its place in the text.

People write −, ×, ÷, full-width digits and superscripts, and the app prints them; all are read as what they mean.
"""

import re
import unicodedata
from typing import NamedTuple

from engine.errors import InvalidInput

MEANT = {
    **dict.fromkeys("−–—‐‑‒﹣⁻", "-"),
    **dict.fromkeys("×·⋅∙•∗✕✖", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "…": "...",
    "∞": "inf",
    "⁺": "+",
    "’": "'",
    "‘": "'",
    "∣": "|",
}
INVISIBLE = set("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""What a copied text may hold without showing it."""
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"


class Plain(NamedTuple):
    """text: in plain signs. columns: the place in the typed text, from 1, of each of its characters."""

    text: str
    columns: list[int]

    def column(self, index: int) -> int:
        """The place in the typed text of the character with this index; of the last where there is none."""
        return self.columns[min(index, len(self.columns) - 1)] if self.columns else 1


def plain(text: str) -> Plain:
    """The text with every sign as Python would write it, and no invisible ones.

    >>> plain("−１ × ２…").text, plain("１…x").columns
    ('-1 * 2...', [1, 2, 2, 2, 3])
    """
    signs, columns = [], []
    for column, sign in enumerate(text, 1):
        meant = "" if sign in INVISIBLE else MEANT.get(sign) or _narrow(sign)
        signs.append(meant)
        columns += [column] * len(meant)
    return Plain("".join(signs), columns)


def _narrow(sign: str) -> str:
    """A full-width sign or a digit of another script in ASCII; any other sign as it is."""
    if sign.isspace():
        return " "
    if "！" <= sign <= "～":
        return chr(ord(sign) - 0xFEE0)
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return sign


def lowered(raised: str) -> str:
    """Superscripts as plain signs.

    >>> lowered("⁻¹²")
    '-12'
    """
    return "".join({"⁺": "+", "⁻": "-"}.get(sign) or str(unicodedata.digit(sign)) for sign in raised)


_NUMBER = r"(?<![\w.])(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)"
_PRINTED = re.compile(
    rf"(?:(?P<times>{_NUMBER})\s*+[·×⋅*]\s*+)?(?<![\w.])10(?P<power>[{RAISED}]+)|√\s*+(?P<root>\d++(?:\.\d*+)?)|(?P<pi>π)"
)


def plain_values(text: str) -> Plain:
    """As ``plain``, for numbers in lists: 1.5·10⁻⁶ becomes 1.5e-6, √2 and π the numbers they are.

    >>> plain_values("[1.5·10⁻⁶, 10³, −√4, π]").text
    '[1.5e-6, 1e3, -2.0, 3.141592653589793]'
    """
    pieces, columns, end = [], [], 0
    for match in _PRINTED.finditer(text):
        before = plain(text[end : match.start()])
        if match["pi"]:
            number = "3.141592653589793"
        elif match["root"]:
            number = repr(float(match["root"]) ** 0.5)
        else:
            number = f"{match['times'] or 1}e{lowered(match['power'])}"
        pieces += [before.text, number]
        columns += [end + column for column in before.columns] + [match.start() + 1] * len(number)
        end = match.end()
    rest = plain(text[end:])
    return Plain("".join([*pieces, rest.text]), columns + [end + column for column in rest.columns])


def refuse_comment(text: str, what: str) -> None:
    """InvalidInput where a # stands: Python would drop without a word what follows it."""
    if "#" in text:
        raise InvalidInput(
            f"{what} has a # at character {text.index('#') + 1}, and what follows it would not be read; leave it out."
        )


def clipped(text: str, most: int = 30) -> str:
    """At most so many characters, as a browser can be sent them."""
    # Half a surrogate pair cannot be sent.
    text = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
