"""Values as the text of one cell: whole for programs, short for people."""

import json
import re
from collections.abc import Callable
from typing import Any

UNKNOWN = "-"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z")


def of_path(document: Any, path: str) -> Any:
    """The value at the end of a path such as ``metadata.name`` in a JSON document; None if there is none."""
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def exact(value: Any) -> str:
    """All of a value, on one line."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(map(harmless, value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def short(value: Any) -> str:
    """A value as people like to read it."""
    if value in (None, "", [], {}):
        return UNKNOWN
    return _SHORT.get(type(value), exact)(value)


def _short_text(text: str) -> str:
    return f"{text[:10]} {text[11:16]}" if _TIME.fullmatch(text) else exact(text)


def _short_list(items: list[Any]) -> str:
    return "; ".join(map(short, items)) if isinstance(items[0], dict) else exact(items)


def _short_object(items: dict[str, Any]) -> str:
    return ", ".join(f"{harmless(key)}={short(item)}" for key, item in items.items())


_SHORT: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "yes" if value else "no",
    float: lambda value: f"{value:.6g}",
    str: _short_text,
    list: _short_list,
    dict: _short_object,
}


def harmless(text: str) -> str:
    """Text without line breaks, and without anything that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
