"""Changing one value in a settings file, leaving the rest of it (comments, order) as its owner wrote it."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from tupli_schemas.errors import InvalidDataError


def set_value(place: Path, table: str | None, key: str, value: Any) -> None:
    """Set ``key`` to a string, boolean or sequence of strings, in a table such as ``profiles.work`` or at the top.

    Raises:
        InvalidDataError: The file is written in a way that cannot be changed safely.
    """
    before = place.read_text(encoding="utf-8") if place.exists() else ""
    after = _changed(before, table, f"{key} = {_as_toml(value)}", key)
    if not _says(after, table, key, value):
        raise InvalidDataError(f"{place} cannot be changed safely", hint=f"write {key} = {_as_toml(value)} by hand")
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(place.name + ".new")
    fresh.write_text(after, encoding="utf-8")
    fresh.replace(place)


def _changed(text: str, table: str | None, line: str, key: str) -> str:
    lines = text.splitlines()
    start, end = _bounds(lines, table)
    if start is None:
        return "\n".join([*lines, *([""] if lines else []), f"[{table}]", line]) + "\n"
    for number in range(start, end):
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
            lines[number] = line
            break
    else:
        lines.insert(start, line)
    return "\n".join(lines) + "\n"


def _bounds(lines: list[str], table: str | None) -> tuple[int | None, int]:
    """Between which lines the values of a table stand; None if there is no such table."""
    headers = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    if table is None:
        return 0, headers[0] if headers else len(lines)
    for number in headers:
        if lines[number].partition("#")[0].strip() == f"[{table}]":
            return number + 1, next((later for later in headers if later > number), len(lines))
    return None, len(lines)


def _as_toml(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _says(text: str, table: str | None, key: str, value: Any) -> bool:
    """Whether the text is TOML that holds the new value."""
    try:
        found: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    for part in table.split(".") if table else ():
        found = found.get(part, {})
    return bool(found.get(key) == (list(value) if isinstance(value, tuple) else value))
