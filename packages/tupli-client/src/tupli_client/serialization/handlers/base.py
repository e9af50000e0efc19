"""How one type of data is written and read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tupli_client.serialization.handlers.fields import Fields


@dataclass(frozen=True, slots=True)
class Handler:
    """Writes values of some types as attributes, and makes a value of checked attributes again.

    Args:
        name: What a text calls them; one of the names that load without consent.
        types: The types that it writes. Exactly these, unless ``subclasses`` is set.
        write: A value as attributes.
        read: Checked attributes as a value. It refuses whatever ``write`` could not have written.
        subclasses: Whether it writes instances of subclasses too, as if they were of the class itself.
    """

    name: str
    types: tuple[type, ...]
    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Fields], Any]
    subclasses: bool = False
