"""Finding what has nothing but a name: users and roles."""

from collections.abc import Mapping
from typing import TypeVar

from tupli_schemas.errors import NotFoundError
from tupli_schemas.keys import nearest

Thing = TypeVar("Thing")


def find_named(name: str, known: Mapping[str, Thing], word: str) -> Thing:
    """The thing of this name.

    Raises:
        NotFoundError: There is none; the hint gives the nearest name there is.
    """
    if name not in known:
        meant = nearest(name, known)
        raise NotFoundError(
            f"{word} {name!r} not found", hint=f"did you mean {meant!r}?" if meant else f"tupli {word} list"
        )
    return known[name]
