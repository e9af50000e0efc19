"""The words of a filter's text form, and how to show where a text goes wrong."""

import re
from typing import NamedTuple, NoReturn

from tupli_schemas.errors import InvalidFilterError

RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "all", "any"})
"""Names that are no keys, unless they stand between backticks."""

_TOKEN = re.compile(
    r"""
      (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<quoted>`(?:[^`]|``)+`)
    | (?P<name>[^\W\d][\w-]*(?:\.[\w-]+|\[\d+\])*)
    | (?P<sign>==|!=|<=|>=|[=<>()\[\],])
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)*")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


class Token(NamedTuple):
    """One word: its kind (number, text, quoted, name, sign or end), how it is written, and where."""

    kind: str
    text: str
    start: int

    def says(self, word: str) -> bool:
        """Whether this is the sign or the reserved name ``word``, in whatever case."""
        return self.kind in {"sign", "name"} and self.text.lower() == word


def tokens(text: str) -> list[Token]:
    """The words of ``text``, and an ``end`` behind them.

    Raises:
        InvalidFilterError: Something in it is no word.
    """
    found, place = [], 0
    while (place := _after_space(text, place)) < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            unclosed = text[place] in "'\"`"
            fail(text, place, "this quote is never closed" if unclosed else f"{text[place]!r} is not part of a filter")
        found.append(Token(str(match.lastgroup), match[0], place))
        place = match.end()
    return [*found, Token("end", "", len(text))]


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def fail(text: str, place: int, why: str) -> NoReturn:
    """Refuse a text, and show the place."""
    line = "".join(" " if character.isspace() else character for character in text)
    raise InvalidFilterError(
        f"cannot read the filter at character {place + 1}: {why}\n    {line}\n    {' ' * place}^",
        hint="for example: month in ['June', 'July'] and return > 0 and not abandoned",
    )


def read_text(token: Token) -> str:
    """What a quoted text stands for."""
    return _ESCAPE.sub(lambda match: _unescaped(match[1]), token.text[1:-1])


def _unescaped(code: str) -> str:
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else "\\" + code
    return _ESCAPED.get(code, "\\" + code)


def read_key(token: Token) -> str:
    """The key that a name or a quoted name stands for; ``a[2]`` is ``a.2``."""
    if token.kind == "quoted":
        return token.text[1:-1].replace("``", "`")
    return re.sub(r"\[(\d+)\]", r".\1", token.text)


def write_key(key: str) -> str:
    """The key as a name, between backticks if it would not be read as one."""
    is_plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in RESERVED
    return key if is_plain else "`" + key.replace("`", "``") + "`"
