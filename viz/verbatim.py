"""Text that came from outside, as text: the one way by which it reaches anything that understands Markdown."""

import re

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"
"""An invisible character without width: what it stands in is no address to any reader of links."""
_READ_IN_TEXT = re.compile(r"(?i)(?:https?|ftp|mailto|www)(?=[:.])|@|:(?=[\w+-])|[-<>~](?=[-=>])")
"""Where an invisible joiner goes: these are looked for in the text that is left when all escapes are resolved."""


def verbatim(text: str, *, limit: int | None = None) -> str:
    r"""Markdown that shows exactly this text, on one line: no picture, link, formula, colour, icon or emphasis.

    CommonMark takes a backslash before ASCII punctuation only; elsewhere it would stand in the sentence. Addresses
    (GitHub's autolinks), names of icons and arrows such as -> are found even in escaped text, so an invisible joiner
    is put into them.
    limit: where given, longer text ends in … after so many characters.

    >>> print(verbatim("![](//a.b) × …"))
    \!\[\]\(\/\/a\.b\) × …
    """
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    if limit is not None and len(text) > limit:
        text = f"{text[: limit - 1]}…"
    return _MARKS.sub(r"\\\1", _READ_IN_TEXT.sub(lambda found: found.group() + _JOINER, text))


def sentence(problem: object) -> str:
    r"""What is wrong, as Markdown that shows it verbatim, its first word with a capital.

    The names of variables and functions stay as they are: the engine writes them in quotes, “x”.

    >>> print(sentence("a rate must be above 0; −1 is not"))
    A rate must be above 0\; −1 is not
    """
    text = str(problem)
    return verbatim(text[:1].upper() + text[1:])


def spoken(markdown: str) -> str:
    r"""The same words without Markdown's marks, for a screen reader; a star between letters is multiplication.

    >>> print(spoken(r"**Fewest steps: 7**, with `x*y*z` *at most*, see [Gradient](/gradient)\; 2 * 3"))
    Fewest steps: 7, with x*y*z at most, see Gradient; 2 * 3
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(?<![\w*\\])(\*\*?)(?=[^\s*])([^*]*?[^\s*])\1(?![\w*])", r"\2", text)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"`([^`]*)`", r"\1", text))
