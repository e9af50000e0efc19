"""The same for many things: what fails is kept for a report, and the rest is done."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tupli_client.cli import problems
from tupli_client.cli.usage import PartlyDoneError
from tupli_schemas.base import now
from tupli_schemas.errors import SignInRequiredError, StorageFullError, TupliError, UnreachableError, to_problem

Item = TypeVar("Item")
Result = TypeVar("Result")

_HOPELESS = (UnreachableError, SignInRequiredError, StorageFullError)


class Batch:
    """Collects what could not be done."""

    def __init__(self) -> None:
        self._failures: dict[str, TupliError] = {}
        self._n_done = 0

    def map(
        self, act: Callable[[Item], Result], items: Iterable[Item], name: Callable[[Item], str] = str
    ) -> Iterator[Result]:
        """What ``act`` makes of each item with which it can do something.

        Raises:
            TupliError: It would go wrong with all the others too.
        """
        for item in items:
            try:
                result = act(item)
            except problems.expected() as error:
                if isinstance(error, _HOPELESS):
                    raise
                self._failures[name(item)] = problems.as_tupli_error(error)
            else:
                self._n_done += 1
                yield result

    def do(self, act: Callable[[Item], object], items: Iterable[Item], name: Callable[[Item], str] = str) -> list[Item]:
        """The items with which ``act`` could do something."""

        def act_on(item: Item) -> Item:
            act(item)
            return item

        return list(self.map(act_on, items, name))

    def finish(self) -> None:
        """Say what could not be done.

        Raises:
            TupliError: What went wrong, if nothing was done.
            PartlyDoneError: Some things were done, and some were not; a file says which.
        """
        if not self._failures:
            return
        if not self._n_done and len(self._failures) == 1:
            raise next(iter(self._failures.values()))
        for name, error in self._failures.items():
            problems.tell_problem(f"{name}: {error.detail}", error.code)
        hint = f"see {self._write_report()}, and try those again"
        if not self._n_done:
            raise TupliError(f"none of the {len(self._failures)} could be done", hint=hint)
        raise PartlyDoneError(f"{self._n_done} are done, {len(self._failures)} could not be done", hint=hint)

    def _write_report(self) -> Path:
        """A file with every failure, beside where the command was given."""
        file = Path(f"tupli-report-{now():%Y%m%dT%H%M%S}.json")
        report = [{"item": name, **to_problem(error).model_dump(mode="json")} for name, error in self._failures.items()]
        file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return file
