"""Filters as people write them: ``where("month in ['June', 'July'] and return > 0 and not abandoned")``, and back.

    key == 3   key != 3   key < 3   key <= 3   key > 3   key >= 3   0 < key <= 3      a comparison, or a chain of them
    key in [1, 2]   key not in [1, 2]   'a' in key                                    one of several; an element of a list
    key                                                                               short for ``key == true``
    a and b   a or b   not a   (a)   all(a, b)   any(a, b)                            combinations; ``all()`` is everything

Values are numbers, ``'text'`` and ``true`` or ``false``; a time is text, as in ``created_at > '2026-01-31'``. A key is a path such as
``metadata.month`` or ``observation[2]``; one that has other characters stands between backticks.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from pydantic import ValidationError

from tupli_client.where_tokens import Token, fail, read_key, read_text, tokens, write_key
from tupli_schemas.errors import InvalidFilterError, invalid_data
from tupli_schemas.filter_bounds import MAX_DEPTH
from tupli_schemas.filters import (
    BaseFilter,
    Filter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
    FilterNOT,
    FilterOR,
)

_Comparison: TypeAlias = FilterEQ | FilterNE | FilterGT | FilterGEQ | FilterLT | FilterLEQ
_Combination: TypeAlias = FilterAND | FilterOR

_COMPARISONS: dict[str, type[_Comparison]] = {
    "==": FilterEQ,
    "=": FilterEQ,
    "!=": FilterNE,
    ">": FilterGT,
    ">=": FilterGEQ,
    "<": FilterLT,
    "<=": FilterLEQ,
}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_COMBINATIONS: dict[str, type[_Combination]] = {"all": FilterAND, "any": FilterOR}


def where(text: str) -> Filter:
    """The filter that ``text`` says.

    ``key != 3`` is false where the key is absent; ``not key == 3`` and ``key not in [3]`` are true there.

    Raises:
        InvalidFilterError: It cannot be read; the message shows the place and what was expected there.
    """
    try:
        return _Parser(text).whole()
    except ValidationError as error:
        problem = invalid_data(error, f"the filter {text!r}")
        raise InvalidFilterError(problem.detail, errors=problem.errors) from error


def explain(root: BaseFilter) -> str:
    """The filter as text: ``where(explain(root)) == root``."""
    if isinstance(root, FilterAND | FilterOR):
        if len(root.filters) > 1:
            return (" and " if isinstance(root, FilterAND) else " or ").join(map(_grouped, root.filters))
        return f"{'all' if isinstance(root, FilterAND) else 'any'}({''.join(map(explain, root.filters))})"
    if isinstance(root, FilterNOT):
        return f"not {_grouped(root.filters[0])}"
    return _explain_comparison(root)


def _grouped(root: BaseFilter) -> str:
    is_list = isinstance(root, FilterAND | FilterOR) and len(root.filters) > 1
    return f"({explain(root)})" if is_list else explain(root)


def _explain_comparison(root: Any) -> str:
    key = write_key(root.key)
    if isinstance(root, FilterIN):
        return f"{key} in [{', '.join(map(_explain_value, root.value))}]"
    if isinstance(root, FilterEQ) and root.value is True:
        return key
    sign = next(sign for sign, kind in _COMPARISONS.items() if isinstance(root, kind))
    return f"{key} {sign} {_explain_value(root.value)}"


def _explain_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


class _Key(str):
    """A key, as opposed to text: the two sides of a comparison."""

    __slots__ = ()


class _Parser:
    """Reads a text from left to right; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rest = tokens(text)[::-1]
        self._depth = 0

    def whole(self) -> Filter:
        found = self._alternatives()
        if self._peek().kind != "end":
            self._fail("'and', 'or' or the end is expected here")
        return found

    def _alternatives(self) -> Filter:
        return self._joined("or", FilterOR, self._conjunction)

    def _conjunction(self) -> Filter:
        return self._joined("and", FilterAND, self._factor)

    def _joined(self, word: str, kind: type[_Combination], operand: Callable[[], Filter]) -> Filter:
        operands = [operand()]
        while self._skip(word):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else kind(filters=tuple(operands))

    def _factor(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"nested more than {MAX_DEPTH} deep")
        found = self._negation() or self._group() or self._combination() or self._comparison()
        self._depth -= 1
        return found

    def _negation(self) -> Filter | None:
        return FilterNOT(filters=(self._factor(),)) if self._skip("not") else None

    def _group(self) -> Filter | None:
        if not self._skip("("):
            return None
        found = self._alternatives()
        self._expect(")")
        return found

    def _combination(self) -> Filter | None:
        if self._peek().text.lower() not in _COMBINATIONS or not self._peek(1).says("("):
            return None
        kind = _COMBINATIONS[self._take().text.lower()]
        self._expect("(")
        return kind(filters=tuple(self._listed(self._alternatives, ")")))

    def _comparison(self) -> Filter:
        left = self._operand()
        if self._peek().says("in") or (self._peek().says("not") and self._peek(1).says("in")):
            return self._membership(left)
        if self._peek().text in _COMPARISONS:
            return self._chain(left)
        if not isinstance(left, _Key):
            self._fail("a comparison such as == or < is expected here")
        return FilterEQ(key=left, value=True)

    def _chain(self, left: Any) -> Filter:
        pairs: list[Filter] = []
        while self._peek().text in _COMPARISONS:
            place, sign = self._peek(1).start, self._take().text
            right = self._operand()
            pairs.append(self._pair(left, sign, right, place))
            left = right
        return pairs[0] if len(pairs) == 1 else FilterAND(filters=tuple(pairs))

    def _pair(self, left: Any, sign: str, right: Any, place: int) -> Filter:
        if isinstance(left, _Key) == isinstance(right, _Key):
            both_keys = "a key is compared with a value, not with another key; text stands in quotes, as 'June'"
            fail(self._text, place, both_keys if isinstance(left, _Key) else "one side of a comparison is a key")
        if isinstance(right, _Key):
            left, sign, right = right, _MIRRORED.get(sign, sign), left
        return _COMPARISONS[sign](key=left, value=right)

    def _membership(self, left: Any) -> Filter:
        negated = self._skip("not")
        self._expect("in")
        found = self._one_of(left) if isinstance(left, _Key) else self._element(left)
        return FilterNOT(filters=(found,)) if negated else found

    def _one_of(self, key: str) -> Filter:
        closing = ")" if self._peek().says("(") else "]"
        self._expect("(" if closing == ")" else "[")
        return FilterIN(key=key, value=tuple(self._listed(self._value, closing)))

    def _element(self, value: Any) -> Filter:
        key = self._operand()
        if not isinstance(key, _Key):
            self._fail("the list that 'in' asks is named by a key")
        return FilterEQ(key=key, value=value)

    def _listed(self, item: Callable[[], Any], closing: str) -> list[Any]:
        found = []
        while not self._skip(closing):
            found.append(item())
            if not self._peek().says(closing):
                self._expect(",")
        return found

    def _value(self) -> Any:
        place, value = self._peek().start, self._operand()
        if isinstance(value, _Key):
            fail(self._text, place, "a value is expected here; text stands in quotes, as 'June'")
        return value

    def _operand(self) -> Any:
        token = self._peek()
        if token.kind in {"sign", "end"} or (token.kind == "name" and token.text.lower() in {"and", "or", "not", "in"}):
            self._fail("a key or a value is expected here")
        return _read(self._take())

    def _peek(self, ahead: int = 0) -> Token:
        return self._rest[max(-1 - ahead, -len(self._rest))]

    def _take(self) -> Token:
        return self._rest.pop()

    def _skip(self, word: str) -> bool:
        found = self._peek().says(word)
        if found:
            self._take()
        return found

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            self._fail(f"{word!r} is expected here")

    def _fail(self, why: str) -> None:
        fail(self._text, self._peek().start, why)


def _read(token: Token) -> Any:
    if token.kind == "number":
        return int(token.text) if token.text.lstrip("+-").isdigit() else float(token.text)
    if token.kind == "text":
        return read_text(token)
    if token.kind == "name" and token.text.lower() in {"true", "false"}:
        return token.text.lower() == "true"
    return _Key(read_key(token))
