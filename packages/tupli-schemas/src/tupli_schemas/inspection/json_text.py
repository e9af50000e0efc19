"""A stored text as JSON, within bounds: the first look at it, which runs nothing."""

import json
from typing import Any

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.limits import MAX_CHARACTERS, MAX_VALUES


def read_json(text: str) -> Any:
    """The JSON value that a stored text holds.

    Raises:
        RefusedEnvironmentError: It is not JSON, too large, or says two things under one name.
    """
    _check_size(text)
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates)
    except RefusedEnvironmentError:
        raise
    except RecursionError:
        raise RefusedEnvironmentError("the text is nested too deeply") from None
    except ValueError as error:
        raise RefusedEnvironmentError(f"the text is not valid JSON: {error}") from None


def _check_size(text: str) -> None:
    """Count before parsing: a small text of many empty lists would become a large object."""
    if len(text) > MAX_CHARACTERS:
        raise RefusedEnvironmentError(
            f"the text has {len(text):,} characters, at most {MAX_CHARACTERS:,} are read",
            hint="Keep large data as artifacts: take it out in `_serialize`.",
        )
    if sum(text.count(mark) for mark in ",[{") > 2 * MAX_VALUES:
        raise RefusedEnvironmentError(f"the text holds more than {MAX_VALUES:,} values")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may choose differently between equal names, and a check must not see another text than the one that is loaded."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise RefusedEnvironmentError("an object names the same key twice")
    return result


def shown(value: Any) -> str:
    """A piece of a text for a message: short, and nothing in it can speak to a terminal."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
