"""From the full name of a class to the class, imported only after its name was agreed to."""

import builtins
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from tupli_schemas.errors import RefusedEnvironmentError, UntrustedCodeError
from tupli_schemas.inspection import known

Allows = Callable[[str], bool]
"""Whether a class of this name may be imported."""


def class_named(name: str, allows: Allows) -> type:
    """The class ``name``, which must be defined in the module that its name says.

    Raises:
        UntrustedCodeError: Nobody agreed to it. (The static reading says so earlier and better.)
        RefusedEnvironmentError: There is no such class in that module.
    """
    if (
        name not in known.CLASSES
        and name not in known.ENVIRONMENTS
        and name not in known.SPEC_WRAPPERS
        and not allows(name)
    ):
        raise UntrustedCodeError(f"the class {name} is not trusted")
    module, path = _split(name)
    found: Any = import_module(module)
    for part in path:
        # Not getattr: what a module imports, computes or inherits is not defined in it.
        found = vars(found).get(part) if isinstance(found, type) or found is sys.modules.get(module) else None
    if not isinstance(found, type) or full_name(found) != name:
        raise RefusedEnvironmentError(f"{name} is not a class that is defined there", hint=_hint(name))
    return found


def type_named(name: str, allows: Allows) -> type:
    """The class ``name`` as a value: one of Python's or numpy's types, or a class as above."""
    if name not in known.TYPES:
        return class_named(name, allows)
    module, _, attribute = name.partition(".")
    # numpy 1 has the first name of this type only.
    found: type = getattr(builtins if module == "builtins" else np, "bool_" if name == "numpy.bool" else attribute)
    return found


def import_module(name: str) -> types.ModuleType:
    """A module that was agreed to.

    Raises:
        RefusedEnvironmentError: It, or something that it imports, is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RefusedEnvironmentError(f"the module {name} cannot be imported here: {error}") from error


def full_name(cls: type) -> str:
    """The name under which jsonpickle writes a class."""
    return f"{getattr(cls, '__module__', 'builtins')}.{cls.__qualname__}"  # some types of SWIG have no module


def _split(name: str) -> tuple[str, list[str]]:
    """The module of a class and the path inside it: the longest beginning that is a module, found from its package inwards."""
    parts = name.split(".")
    n = 0
    while n < len(parts) - 1 and _is_module(".".join(parts[: n + 1])):
        n += 1
    if not n:
        raise RefusedEnvironmentError(f"the class {name} is not installed here", hint=_hint(name))
    return ".".join(parts[:n]), parts[n:]


def _is_module(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _hint(name: str) -> str:
    if name.startswith("__main__."):
        return (
            f"It was defined in a script or a notebook: define the class {name.removeprefix('__main__.')} in yours before loading, "
            "or ask its author to put it into a package."
        )
    return f"Is the version of {name.partition('.')[0]!r} that is installed here the one that it was stored with?"
