"""Classes of a trusted package in which every step that a loader might take by mistake is a trap.

A trap that is stepped on leaves its name in ``SPRUNG``.
"""

import os
from enum import Enum
from subprocess import Popen
from typing import Any, Self

SPRUNG: list[str] = []

__all__ = ["SPRUNG", "Bear", "Choice", "Mask", "Pit", "Popen", "os", "snare"]


def snare(*_: Any, **__: Any) -> str:
    """A function: it must not be called, whatever the text says."""
    SPRUNG.append("snare")
    return "caught"


class Pit:
    """A class whose making and filling are traps."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        SPRUNG.append("Pit.__new__")
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        SPRUNG.append("Pit.__init__")

    def __setattr__(self, name: str, value: Any) -> None:
        SPRUNG.append("Pit.__setattr__")

    def __reduce__(self) -> Any:
        SPRUNG.append("Pit.__reduce__")
        return snare, ()

    def __hash__(self) -> int:
        SPRUNG.append("Pit.__hash__")
        return 0

    def __eq__(self, other: object) -> bool:
        SPRUNG.append("Pit.__eq__")
        return False

    def __call__(self) -> None:
        SPRUNG.append("Pit.__call__")

    def append(self, item: Any) -> None:
        """What jsonpickle calls for each item of a sequence."""
        SPRUNG.append("Pit.append")

    @property
    def bait(self) -> str:
        """A property, whose setter is a trap."""
        return "bait"

    @bait.setter
    def bait(self, value: str) -> None:
        SPRUNG.append("Pit.bait")


class Bear(dict[str, Any]):
    """A dict whose filling is a trap."""

    def __setitem__(self, key: str, value: Any) -> None:
        SPRUNG.append("Bear.__setitem__")

    def update(self, *args: Any, **kwargs: Any) -> None:
        SPRUNG.append("Bear.update")


class Choice(Enum):
    """An enumeration: looking up a member is no trap, calling it with more than a value would make a class."""

    ONE = 1


class Mask(type):
    """A metaclass: its calls are traps."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        SPRUNG.append("Mask.__call__")
        return super().__call__(*args, **kwargs)


class Masked(metaclass=Mask):
    """A class that is made by calling its metaclass."""
