"""Commands that are imported when they are used, so that ``tupli --help`` stays quick."""

from importlib.metadata import EntryPoint
from typing import Any

import typer
from typer.core import TyperCommand


class LazyCommand(TyperCommand):
    """A noun or a shortcut of the command line, by name and help alone; everything else is asked of the module that has it."""

    def __init__(self, name: str, help: str, target: str, *, verb: str | None = None, **shown: Any) -> None:  # noqa: A002  # typer's own name for it
        """Say where the command lives.

        Args:
            name: What people type.
            help: One sentence.
            target: ``module:app``, where ``app`` is a ``typer.Typer``.
            verb: Which of the app's commands; without it the command is the app itself.
            shown: How to list it: ``hidden``, ``rich_help_panel``.
        """
        super().__init__(name=name, help=help, **shown)
        self._target = target
        self._verb = verb

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        return self._command().make_context(*args, **kwargs)

    def _command(self) -> Any:
        group = typer.main.get_group(self._load())
        return group.commands[self._verb] if self._verb else group

    def _load(self) -> typer.Typer:
        app: typer.Typer = EntryPoint(name=self.name or "", value=self._target, group="").load()
        return app


class PluginCommand(LazyCommand):
    """A noun that another package adds. If that package is broken, only this noun is."""

    def __init__(self, entry: EntryPoint, package: str) -> None:
        super().__init__(entry.name, f"Added by {package}.", entry.value, rich_help_panel="Added by other packages")
        self._package = package

    def _load(self) -> typer.Typer:
        try:
            return super()._load()
        except (ImportError, AttributeError) as error:
            from tupli_schemas.errors import TupliError

            raise TupliError(
                f"'tupli {self.name}' of the package {self._package} cannot be loaded: {error}",
                hint=f"pip install --upgrade {self._package}",
            ) from error
