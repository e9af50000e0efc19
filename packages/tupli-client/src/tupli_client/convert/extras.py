"""Libraries that only some people want: imported where they are used, and asked for by name where they are missing."""

from importlib import import_module
from typing import Any


def need(module: str, extra: str, what: str) -> Any:
    """The module, or an ``ImportError`` that says how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # it is there, but lacks something of its own
        raise ImportError(f"{what} needs {extra}: pip install 'tupli-client[{extra}]'", name=module) from error
