"""What a storage may be asked for: orders, limits and selections, checked before anybody looks for an answer."""

from collections.abc import Sequence

from pydantic import ValidationError

from tupli_client.storage import Selection
from tupli_schemas.errors import InvalidDataError, invalid_data
from tupli_schemas.searches import Search


def sort_keys(sort: Sequence[str]) -> tuple[str, ...]:
    """The keys to sort by.

    Raises:
        InvalidDataError: One of them is none, or there are too many.
    """
    try:
        return Search(sort=(sort,) if isinstance(sort, str) else tuple(sort)).sort
    except ValidationError as error:
        raise invalid_data(error, "the order") from None


def check_limit(limit: int | None) -> None:
    """Refuse a limit that no list can have, with ``InvalidDataError``."""
    if limit is not None and limit < 1:
        raise InvalidDataError(
            f"a list is limited to one or more headers, not to {limit}", hint="leave the limit out for all"
        )


def check_selection(selection: Selection) -> Selection:
    """Refuse a single id, which is text and would be taken for many of one letter, with ``InvalidDataError``."""
    if isinstance(selection, str):
        raise InvalidDataError(f"the id {selection!r} is no list of ids", hint="write load_episode(id), or [id]")
    return selection
