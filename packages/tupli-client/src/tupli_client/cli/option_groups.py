"""Options that belong together, declared once as a dataclass and given to a command as one value.

    @dataclass(frozen=True)
    class Point(OptionGroup):
        x: Annotated[int, typer.Option(help="To the right.")] = 0
        y: Annotated[int, typer.Option(help="Up.")] = 0

A command of a ``Noun`` with a parameter ``point: Point`` has the options ``--x`` and ``--y``.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

COMMON = "Common options"
"""The heading of the options that many commands have."""


@dataclass(frozen=True)
class OptionGroup:
    """Subclass this with fields that are typer options."""


def spread(function: Callable[..., None]) -> Callable[..., None]:
    """``function`` with the options of its option groups in place of the groups."""
    signature = inspect.signature(function, eval_str=True)
    groups = {name: item.annotation for name, item in signature.parameters.items() if _is_group(item.annotation)}

    def gathered(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        function(**given)

    own_first = sorted(signature.parameters.values(), key=lambda item: item.name in groups)
    parameters = [parameter for item in own_first for parameter in _spread(item)]
    gathered.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # typer reads it
    gathered.__name__, gathered.__doc__ = function.__name__, function.__doc__
    return gathered


def _spread(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    if not _is_group(parameter.annotation):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    for field in fields(parameter.annotation):
        yield inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=field.type
        )


def _default(field: "Field[Any]") -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _is_group(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, OptionGroup)
