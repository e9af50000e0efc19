"""What a name in a stored text means for whoever loads it."""

import sys
from enum import Enum, auto
from typing import Any

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import known
from tupli_schemas.inspection.json_text import shown

MAX_NAME = 300


class Standing(Enum):
    """What loading an instance of a class takes."""

    KNOWN = auto()
    NEEDS_TRUST = auto()
    REFUSED = auto()


def check_name(name: Any) -> str:
    """A class's full name, or a refusal: identifiers joined by dots, none of them special to Python."""
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise RefusedEnvironmentError(f"{shown(name)} is not the name of a class")
    if "<locals>" in name:
        raise RefusedEnvironmentError(
            f"the class {shown(name)} was defined inside a function, where nobody else can find it",
            hint="Its author can move it to the top of a module and store the benchmark again.",
        )
    module, *rest = parts = name.split(".")
    if not rest or not all(part.isidentifier() for part in parts) or any(map(_is_special, rest)):
        raise RefusedEnvironmentError(f"{shown(name)} is not the name of a class")
    if _is_special(module) and module != "__main__":
        raise RefusedEnvironmentError(f"{shown(name)} is not the name of a class")
    return name


def check_function_name(name: Any) -> str:
    """The name of one of the functions that stand for recipes, or a refusal."""
    if not isinstance(name, str) or name not in known.RECIPE_FUNCTIONS:
        raise RefusedEnvironmentError(f"the function {shown(name)} is not loaded: functions never are")
    return name


def standing_of_class(name: str) -> Standing:
    """What it takes to load an instance of the class ``name``."""
    if name in known.DATA or name in known.CLASSES:
        return Standing.KNOWN
    return _standing_of_stranger(name)


def standing_of_type(name: str) -> Standing:
    """What it takes to load the class ``name`` itself, as a value."""
    if name in known.TYPES or name in known.RECIPE_ARGUMENTS or name in known.CLASSES:
        return Standing.KNOWN
    return _standing_of_stranger(name)


def standing_of_enumeration(name: str) -> Standing:
    """What it takes to look up a member of the enumeration ``name``. No known class is one."""
    standing = standing_of_type(name)
    return Standing.REFUSED if standing is Standing.KNOWN else standing


def standing_of_entry_point(name: str, allowed: frozenset[str]) -> Standing:
    """What it takes to construct the environment or wrapper ``name``."""
    return Standing.KNOWN if name in allowed else _standing_of_stranger(name)


def _standing_of_stranger(name: str) -> Standing:
    """No environment is made of the standard library: what names it wants its functions, and no consent covers that."""
    return Standing.REFUSED if name.partition(".")[0] in sys.stdlib_module_names else Standing.NEEDS_TRUST


def _is_special(part: str) -> bool:
    return part.startswith("__") and part.endswith("__")
