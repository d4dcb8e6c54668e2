"""The one reader of typed formulas: text to a tree through a grammar, never executed.

It reads what people write: 2pi x, x sin(x), sin x, sin²x, |x|, √x, x⁻¹, f(x) = in front, X for x. A function without
brackets takes the factors that follow it, up to the next sign or function, as in print: sin 2x / 3 is sin(2x) / 3.
"""

import keyword
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, NoReturn

from engine.errors import InvalidInput
from engine.typed.typed_text import INVISIBLE, RAISED, clipped, lowered, plain, refuse_comment

MAX_TEXT = 200
MAX_PARTS = 80
MAX_DEPTH = 50
MAX_NUMBER = 1e12
CONSTANTS = {"pi": math.pi, "e": math.e}
ALIASES = {
    "max": "maximum",
    "min": "minimum",
    "ln": "log",
    "atan": "arctan",
    "asin": "arcsin",
    "acos": "arccos",
    "sgn": "sign",
    "cross_entropy": "crossentropy",
}
SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**"}
_OPERATIONS = {symbol: name for name, symbol in SYMBOLS.items()} | {"@": "matmul"}


class Expression(NamedTuple):
    """One node of a formula. kind: "number", "name", or the name of an operation or function; column: from 1.

    value: the number of a number. name: the name of a variable or constant. parts: the operands. An operation's column
    is that of its sign, a function's that of its name.
    """

    kind: str
    value: float = 0.0
    name: str = ""
    parts: tuple["Expression", ...] = ()
    column: int = 1


class Grammar(NamedTuple):
    """What a box reads. what: "formula" or "expression". variables: their names. arguments: of each function.

    signs: of the operations it has. hint: what may stand in it.
    """

    what: str
    variables: tuple[str, ...]
    arguments: Mapping[str, int]
    signs: str
    hint: str


class _Token(NamedTuple):
    """kind: number, name, raised, sign, or end. text: in plain signs. spaced: whether a blank stands before it.

    last: the column of its last character.
    """

    kind: str
    text: str
    column: int
    last: int
    spaced: bool


_PIECES = re.compile(
    rf"(?P<space>\s+)|(?P<raised>[{RAISED}]+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|.)",
    re.ASCII | re.DOTALL,
)
_FRONT = re.compile(r"\s*[A-Za-z_]\w*\s*(?:\([A-Za-z_\w\s,]*\)\s*)?=(?!=)", re.ASCII)


def read(text: str, grammar: Grammar) -> Expression:
    """The formula a text stands for; InvalidInput, with the place in the text, for anything outside the grammar."""
    what = grammar.what
    if len(text) > MAX_TEXT:
        article = "an" if what[0] in "aeiou" else "a"
        raise InvalidInput(f"{article} {what} may have at most {MAX_TEXT} characters; this has {len(text)}.")
    if not text.strip("".join(INVISIBLE) + " \t\r\n"):
        raise InvalidInput(f"the {what} is empty; type for example {_example(grammar)}.")
    refuse_comment(text, f"the {what}")
    return _Reader(list(_tokens(text)), grammar).formula()


def _example(grammar: Grammar) -> str:
    if grammar.what == "formula":
        return f"{grammar.variables[0]}**2" if grammar.variables else "0.5"
    return " + ".join(grammar.variables[:2]) or "1 + 2"


def _tokens(text: str) -> Iterator[_Token]:
    """The words and signs of a text, then its end."""
    signs, columns = [], []
    for column, sign in enumerate(text, 1):
        # Superscripts keep their height: x⁻¹ is a power, x − 1 is none.
        meant = sign if sign in RAISED else "sqrt" if sign == "√" else "pi" if sign == "π" else plain(sign).text
        # The letters beside √ and π are no part of their names.
        meant = f" {meant} " if sign in "√π" else meant
        signs.append(meant)
        columns += [column] * len(meant)
    code = "".join(signs)
    front = _FRONT.match(code)
    spaced = False
    last = columns[-1] if columns else 1
    for match in _PIECES.finditer(code, front.end() if front else 0):
        if match.lastgroup == "space":
            spaced = True
            continue
        piece = match.group()
        root = text[columns[match.start()] - 1] == "√"
        kind = "root" if root else match.lastgroup
        piece = "**" if piece == "^" else piece
        yield _Token(kind, piece, columns[match.start()], columns[match.end() - 1], spaced)
        spaced = False
    yield _Token("end", "", last, last, spaced)


class _Reader:
    """Reads tokens by precedence, counting parts and levels."""

    def __init__(self, tokens: list[_Token], grammar: Grammar) -> None:
        self.tokens, self.grammar = tokens, grammar
        self.place = self.parts = self.bars = self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def at(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def made(self, kind: str, column: int, *parts: Expression, value: float = 0.0, name: str = "") -> Expression:
        """One more part of the tree."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise InvalidInput(
                f"the {self.grammar.what} has more than {MAX_PARTS} parts; shorter ones can be computed."
            )
        return Expression(kind, value, name, parts, column)

    def deeper(self, inner: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep()
        found = inner()
        self.depth -= 1
        return found

    def too_deep(self) -> None:
        raise InvalidInput(
            f"the {self.grammar.what} is nested more than {MAX_DEPTH} deep; flatter ones can be computed."
        )

    def formula(self) -> Expression:
        expression = self.sum()
        if self.next.kind != "end":
            self.refuse(self.next)
        level, depth = [expression], 0
        while level:
            level, depth = [part for node in level for part in node.parts], depth + 1
        if depth > MAX_DEPTH:
            self.too_deep()
        return expression

    def sum(self) -> Expression:
        found = self.product()
        while self.at("+", "-"):
            sign = self.take()
            found = self.made(_OPERATIONS[sign.text], sign.column, found, self.product())
        return found

    def product(self) -> Expression:
        found = self.signed()
        while True:
            if self.at(*self.grammar.signs):
                sign = self.take()
                if self.at(sign.text):
                    self.refuse(self.next)
                found = self.made(_OPERATIONS[sign.text], sign.column, found, self.signed())
            elif self.begins():
                self.separated(found)
                found = self.made("multiply", self.tokens[self.place - 1].last, found, self.power())
            else:
                return found

    def signed(self) -> Expression:
        if self.at("-"):
            sign = self.take()
            operand = self.deeper(self.signed)
            return self.made("negate", sign.column, operand)
        if self.at("+"):
            self.take()
            return self.deeper(self.signed)
        return self.power()

    def power(self) -> Expression:
        return self.raised(self.operand())

    def raised(self, expression: Expression) -> Expression:
        """With the powers that follow: x**2, x², x**-1."""
        if self.next.kind == "raised":
            token = self.take()
            expression = self.made("power", token.column, expression, self.exponent(token))
        if self.at("**"):
            sign = self.take()
            expression = self.made("power", sign.column, expression, self.deeper(self.signed))
        return expression

    def exponent(self, token: _Token) -> Expression:
        text = lowered(token.text)
        if not re.fullmatch(r"[+-]?\d+", text):
            self.refuse(token)
        number = self.made("number", token.column, value=self.checked(float(text.lstrip("+-")), token.column))
        return self.made("negate", token.column, number) if text[0] == "-" else number

    def begins(self) -> bool:
        """Whether an operand comes next: then it is multiplied, as in 2x."""
        token = self.next
        return token.kind in ("number", "name", "root") or self.at("(") or (self.at("|") and not self.bars)

    def separated(self, left: Expression) -> None:
        """InvalidInput where two operands stand side by side and one would not write them so."""
        before, token = self.tokens[self.place - 1], self.next
        if token.kind == "number" and before.kind in ("number", "name"):
            joined = f"{before.text}*{token.text}"
            raise InvalidInput(
                f"between “{before.text}” and “{token.text}” at character {token.column} a sign is missing; did you "
                f"mean {joined}?"
            )
        names = token.kind == "name" and before.kind == "name"
        if names and not {before.text.lower(), token.text.lower()} & {*CONSTANTS, *self.functions()}:
            if keyword.iskeyword(token.text):
                self.unknown(token)
            raise InvalidInput(
                f"“{token.text}” at character {token.column} follows “{before.text}” without a sign; did you mean "
                f"{before.text}*{token.text}?"
            )

    def functions(self) -> set[str]:
        return {*self.grammar.arguments, *(name for name, meant in ALIASES.items() if meant in self.grammar.arguments)}

    def a(self) -> str:
        return f"{'an' if self.grammar.what[0] in 'aeiou' else 'a'} {self.grammar.what}"

    def operand(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return self.made("number", token.column, value=self.checked(float(token.text), token.column))
        if token.kind == "root":
            return self.made("sqrt", token.column, self.deeper(self.power))
        if token.kind == "name":
            return self.named(token)
        if token.kind == "sign" and token.text == "(":
            return self.bracketed(token, call=False)[0]
        if token.kind == "sign" and token.text == "|":
            return self.absolute(token)
        self.place -= 1
        self.refuse(token)

    def checked(self, value: float, column: int) -> float:
        if abs(value) > MAX_NUMBER:
            raise InvalidInput(f"the number at character {column} is larger than {MAX_NUMBER:.0e}; use a smaller one.")
        return value

    def absolute(self, bar: _Token) -> Expression:
        self.bars += 1
        expression = self.deeper(self.sum)
        if not self.at("|"):
            self.refuse(self.next, bar)
        self.take()
        self.bars -= 1
        return self.made("abs", bar.column, expression)

    def bracketed(self, opened: _Token, *, call: bool) -> list[Expression]:
        """What stands between the brackets, of a call with commas between its arguments."""
        bars, self.bars = self.bars, 0
        found = [] if call and self.at(")") else [self.deeper(self.sum)]
        while call and self.at(","):
            self.take()
            found.append(self.deeper(self.sum))
        if not self.at(")"):
            self.refuse(self.next, opened)
        self.take()
        self.bars = bars
        return found

    def named(self, token: _Token) -> Expression:
        grammar, name = self.grammar, token.text
        if name not in grammar.variables and name not in CONSTANTS and name not in self.functions():
            name = next((each for each in grammar.variables if each.lower() == name.lower()), name.lower())
        if name in grammar.variables:
            return self.made("name", token.column, name=name)
        if name in CONSTANTS:
            return self.made("number", token.column, value=CONSTANTS[name], name=name)
        if name in self.functions():
            return self.called(token, ALIASES.get(name, name))
        self.unknown(token)

    def called(self, token: _Token, name: str) -> Expression:
        """A function with its arguments in brackets, or without: sin x, sin² x."""
        wanted = self.grammar.arguments[name]
        power = self.take() if self.next.kind == "raised" else None
        if power and "⁻" in power.text:
            raise InvalidInput(
                f"“{token.text}{power.text}” at character {token.column} can mean two things; write 1/{token.text}(…), "
                f"or the inverse function by its name, such as arcsin(…)."
            )
        if self.at("("):
            opened = self.take()
            given = self.bracketed(opened, call=True)
        elif wanted == 1 and self.begins():
            given = [self.deeper(self.factors)]
        else:
            example = f"{token.text}({self.grammar.variables[0] if self.grammar.variables else 2})"
            raise InvalidInput(
                f"“{token.text}” at character {token.column} is a function; write for example {example}."
            )
        if len(given) != wanted:
            count = f"{wanted} argument{'s' if wanted > 1 else ''}"
            comma = " A decimal comma is written as a point, 0.5." if len(given) > wanted else ""
            raise InvalidInput(f"“{name}” at character {token.column} takes {count}; here it has {len(given)}.{comma}")
        expression = self.made(name, token.column, *given)
        return self.made("power", power.column, expression, self.exponent(power)) if power else expression

    def factors(self) -> Expression:
        """What a function without brackets takes: factors up to the next sign or function."""
        expression = self.power()
        while self.begins() and not (self.next.kind == "name" and self.next.text.lower() in self.functions()):
            self.separated(expression)
            expression = self.made("multiply", self.tokens[self.place - 1].last, expression, self.power())
        return expression

    def unknown(self, token: _Token) -> NoReturn:
        """A name nothing has: a function, a word of Python's, or names written without a sign between them."""
        grammar, name, column = self.grammar, token.text, token.column
        if keyword.iskeyword(name):
            raise InvalidInput(f"“{clipped(name)}” at character {column} is not part of {self.a()}; {grammar.hint}")
        meant = _split(name, {*grammar.variables, *CONSTANTS}, self.functions())
        guess = f" Did you mean {meant}?" if meant else ""
        if self.at("(") and not (meant and meant.rpartition("*")[2] in {*grammar.variables, *CONSTANTS}):
            known = ", ".join(grammar.arguments)
            raise InvalidInput(
                f"there is no function “{clipped(name)}” (character {column}); there are {known}.{guess}"
            )
        known = " and ".join(grammar.variables)
        verb = "are the variables" if len(grammar.variables) > 1 else "is the variable"
        if grammar.what != "formula":
            said = f"is unknown; the variables are {', '.join(grammar.variables) or 'none yet'}."
        else:
            said = f"is unknown here; {f'{known} {verb}, ' if known else ''}pi and e are constants."
        raise InvalidInput(f"“{clipped(name)}” at character {column} {said}{guess}")

    def refuse(self, token: _Token, opened: _Token | None = None) -> NoReturn:
        """What does not belong here: the sign, the place, what would be right."""
        what, before = self.grammar.what, self.tokens[self.place - 1] if self.place else None
        if token.kind == "end":
            if opened is None:
                raise InvalidInput(
                    f"the {what} is not complete at character {token.column}: something is missing after its last sign."
                )
            raise InvalidInput(
                f"the {what} is not complete at character {opened.column}: “{opened.text}” is not closed."
            )
        advice = self.grammar.hint
        if token.text == "," and before and before.kind == "number":
            behind = self.tokens[self.place + 1]
            right = f"{before.text}.{behind.text}" if behind.kind == "number" else "0.5"
            raise InvalidInput(f"a decimal comma stands at character {token.column}; write {right}.")
        if token.text == "!":
            advice = "the factorial is none of the functions here."
        elif token.text in "[]{}":
            advice = "use round brackets, ( and )."
        elif token.text == ")":
            raise InvalidInput(f"the closing bracket “)” at character {token.column} has none that it closes.")
        elif token.text in ("=", "<", ">", "≤", "≥"):
            advice = "type only what stands on one side of it."
        elif token.text == "%":
            advice = "write 0.05 for 5 %."
        elif token.text in (*SYMBOLS.values(), "@", "|"):
            raise InvalidInput(
                f"before “{token.text}” at character {token.column} something is missing; {self.grammar.hint}"
            )
        raise InvalidInput(f"“{clipped(token.text)}” at character {token.column} is not part of {self.a()}; {advice}")


def _split(name: str, factors: set[str], functions: set[str]) -> str:
    """A name as the product it may have been meant as, "x*y" for xy, "sin(x)" for sinx; "" where it is none.

    >>> _split("xy", {"x", "y"}, set()), _split("sinx", {"x"}, {"sin"}), _split("x2", {"x"}, set())
    ('x*y', 'sin(x)', 'x*2 or x**2')
    """
    low = name.lower()
    if (number := re.fullmatch(r"([a-z_]+?)(\d+)", low)) and number[1] in factors:
        return f"{number[1]}*{number[2]} or {number[1]}**{number[2]}"
    for function in sorted(functions, key=len, reverse=True):
        if low.startswith(function) and (rest := _product(low[len(function) :], factors)):
            return f"{function}({rest})"
        if low.endswith(function) and (rest := _product(low[: -len(function)], factors)):
            return f"{rest}*{function}(…)"
    return _product(low, factors)


def _product(name: str, factors: set[str]) -> str:
    if not name or len(name) > 20:
        return ""
    for factor in sorted(factors, key=len, reverse=True):
        if name == factor.lower():
            return factor
        if name.startswith(factor.lower()) and (rest := _product(name[len(factor) :], factors)):
            return f"{factor}*{rest}"
    return ""
