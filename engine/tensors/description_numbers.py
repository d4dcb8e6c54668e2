"""Numbers as people write them, “20,000”, “1.5 million”, “two hundred and fifty”, “half an hour”, as fractions."""

import re
import unicodedata
from fractions import Fraction
from functools import partial
from typing import NamedTuple

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNITS: dict[str, int | Fraction] = {word: value for value, word in enumerate(_SMALL.split())}
UNITS |= {word: 10 * n for n, word in enumerate(TENS, 2)}
UNITS |= {"single": 1, "couple": 2, "pair": 2, "half": Fraction(1, 2)}
MULTIPLIERS = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ARTICLES = ("a", "an")
NUMBER_WORDS = {*UNITS, *MULTIPLIERS, *ARTICLES}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TIMES_TEN = r"(?:\s*[*x×·]\s*10\s*(?:\^|\*\*)\s*|e\+?)"
_REWRITES = (
    (r"(?<=\d)\s?M(?=\s)", " million "),
    (r"(?<=\d)\s?[kK](?=\s)(?<![\s\d][48][kK])(?<!^[48][kK])", " thousand "),
    (r"(?<=\d)½", ".5"),
    (r"½", " 0.5 "),
    (r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u2009\u202f]\d{3})+)(?!\d)(?=\s+(?!x\b|by\b|on\b|px|pixel)[^\W\d])", r"\1_\2"),
    (rf"(?<=\d){_TIMES_TEN}(\d{{1,2}})(?!\d)", r"e\1"),
    (r"(?<![\d.])10\s*(?:\^|\*\*)\s*(\d{1,2})(?!\d)", r"1e\1"),
    (r"(?<![\d.])(\d{1,3})\.(\d{3})(?=\s*(?:mega|mp|fps|k?hz|frames?\s*(?:/|per)))", r"\1.\g<2>0"),
)
TOKEN = re.compile(
    r"(?:(?<![\w)])[-−–])?\d[\d,.'’_]*(?:e\d{1,2}(?!\w))?|[^\W\d]+(?:_[^\W\d]+)*|[^\s]"  # a number, a word, a sign
)


class Number(NamedTuple):
    """A number and how it was written. soft: an article, which counts only a word that follows."""

    value: Fraction
    text: str
    soft: bool = False


def plain(text: str) -> str:
    """The text in lower case, with one spelling of signs and of the numbers that hold spaces or powers."""
    text = re.sub(r"(?<=10)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})", lambda found: "^" + found[1].translate(_SUPERSCRIPTS), text)
    for pattern, replacement in _REWRITES[:4]:
        text = re.sub(pattern, replacement, text)
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"(?<=[^\W\d])['’](?=s\b)", "", text)
    text = re.sub(r"(?<=\w)[-‐‑](?=[^\W\d])|(?<=[^\W\d])[-‐‑](?=\w)", " ", text)
    text = re.sub(r"\bhalf an?\b", "half", text)
    text = re.sub(rf"\ban? (?=(?:half|couple|pair|single|{'|'.join(MULTIPLIERS)})\b)", "", text)
    for pattern, replacement in _REWRITES[4:]:
        text = re.sub(pattern, partial(_expanded, replacement), text)
    return text


def _expanded(replacement: str, found: re.Match[str]) -> str:
    return found.expand(replacement).replace(" ", "")


def tokens(text: str) -> list[Number | str]:
    """Numbers, words and signs of a plain text, in order.

    >>> [token.text if isinstance(token, Number) else token for token in tokens("two hundred and fifty 256x256 photos")]
    ['two hundred and fifty', '256', 'x', '256', 'photos']
    """
    written: list[Number | str] = []
    for token in TOKEN.findall(text):
        written += _digits(token) if token.lstrip("-−–")[:1].isdecimal() else [token.replace("_", " ")]
    found: list[Number | str] = []
    while written:
        number, taken = _spelled(written)
        found.append(written[0] if number is None else number)
        del written[: max(1, taken)]
    return found


def _digits(token: str) -> list[Number | str]:
    """The number a run of digits and separators is; the single numbers where it can only be a list of them."""
    minus = token[0] in "-−–"
    body, _, power = token.lstrip("-−–").partition("e")
    ended = body.rstrip(",.'’_")
    digits = re.sub(r"['’_]", "", ended)
    signs: list[Number | str] = list(body[len(ended) :])
    value = _separated(digits)
    if value is None:
        parts = re.split(r"([,.])", digits)
        return [Number(Fraction(part), part) if part.isdecimal() else part for part in parts if part] + signs
    value *= 10 ** int(power or 0) * (-1 if minus else 1)
    return [Number(value, token[: len(token) - len(signs)]), *signs]


def _separated(digits: str) -> Fraction | None:
    """The value of digits with commas or points, either of which may part thousands or begin decimals."""
    for thousands, point in ((",", "."), (".", ",")):
        comma = re.escape(thousands)
        grouped = rf"[1-9]\d{{0,2}}(?:{comma}\d{{2,3}})*{comma}\d{{3}}|\d+"
        if re.fullmatch(rf"(?:{grouped})(?:{re.escape(point)}\d+)?", digits) and digits.count(point) <= 1:
            if point in digits and thousands not in digits and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
                continue
            return Fraction(digits.replace(thousands, "").replace(point, "."))
    return None


def _spelled(written: list[Number | str]) -> tuple[Number | None, int]:
    """The number the first tokens say together, with how many they are; None and 0 where they say none."""
    total, current, taken = Fraction(0), Fraction(0), 0
    last: Number | str | None = None
    for place, token in enumerate(written):
        if token == "and" and _joins(last, written[place + 1 : place + 2]):
            continue
        if isinstance(token, Number) and last is None:
            current = token.value
        elif token in UNITS and _follows(last, str(token)):
            current += UNITS[token]
        elif token in MULTIPLIERS:
            if total and not current:  # “million million”
                total, current = Fraction(0), total
            current = (current or Fraction(1)) * MULTIPLIERS[token]
            if MULTIPLIERS[token] >= 1000:
                total, current = total + current, Fraction(0)
        elif token in ARTICLES and last is None:
            return Number(Fraction(1), str(token), soft=True), 1
        else:
            break
        last, taken = token, place + 1
    text = " ".join(token.text if isinstance(token, Number) else token for token in written[:taken])
    return (Number(total + current, text), taken) if taken else (None, 0)


def _joins(last: Number | str | None, after: list[Number | str]) -> bool:
    """Whether “and” belongs to the number: “two and half”, “two hundred and five”, not “two and three”."""
    return last is not None and (after == ["half"] or (last in MULTIPLIERS and bool(after) and after[0] in UNITS))


def _follows(last: Number | str | None, word: str) -> bool:
    """Whether a small number may stand after what was said last: “twenty five”, “hundred five”, “two half”."""
    if last is None or word == "half" or last in MULTIPLIERS:
        return True
    return last in TENS and 0 < UNITS[word] < 10
