"""Nouns that are imported when they are used, so that ``tupli --help`` stays quick."""

from functools import cached_property
from importlib.metadata import EntryPoint
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group


class LazyNoun(TyperGroup):
    """A noun of the command line whose verbs live in a module that nobody has imported yet."""

    def __init__(self, name: str, target: str, help: str, *, hidden: bool = False) -> None:  # noqa: A002  # typer's own name for it
        super().__init__(name=name, help=help, hidden=hidden, no_args_is_help=True)
        self._target = target

    @cached_property
    def _loaded(self) -> TyperGroup:
        return get_group(EntryPoint(name=self.name or "", value=self._target, group="tupli.commands").load())

    def list_commands(self, ctx: Any) -> list[str]:
        return self._loaded.list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return self._loaded.get_command(ctx, cmd_name)
