"""Loads hostile texts in a process of its own, and reports what happened: run as ``python -m hostile_environments.child``.

Reads a JSON object {"warm": [good texts], "batches": [{"how": ..., "trust": [...], "texts": {name: text}}]} from its
standard input and writes a JSON list for each text: the number of the batch, the name, the outcome, events, seconds, traps.
Everything that a good text needs is imported before; from then on every audit event of the interpreter is caught (files,
imports, processes, sockets, code), and the memory is limited.
"""

import contextlib
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

# Answers of the interpreter about itself, which do nothing.
_HARMLESS = {
    "builtins.id",
    "object.__getattr__",
    "object.__setattr__",
    "object.__delattr__",
    "sys._getframe",
    "sys._getframemodulename",
}
MEMORY = 1_500_000_000  # bytes more than what the process has when it begins


class _Watch:
    """Collects audit events while it is on."""

    def __init__(self) -> None:
        self.events: list[str] | None = None
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.events is not None and event not in _HARMLESS:
            self.events.append(f"{event} {ascii(arguments)[:200]}")

    def during(self, action: Callable[[], object]) -> tuple[str, list[str]]:
        """How an action ended, and the events until then."""
        events: list[str] = []
        self.events = events
        try:
            outcome = f"value {type(action()).__name__}"
        except BaseException as error:  # noqa: BLE001 - a text may end in anything, and the report says in what
            outcome = f"{type(error).__name__}: {ascii(str(error))[:300]}"
        self.events = None
        return outcome, events


def main() -> None:
    """Read the texts, load each, report."""
    job = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    _warm_up(job["warm"])
    pages = int(open("/proc/self/statm").read().split()[0])  # noqa: PTH123, SIM115
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    watch = _Watch()
    for number, batch in enumerate(job["batches"]):
        action = _HOW[batch["how"]]
        for name, text in batch["texts"].items():
            started = time.perf_counter()
            outcome, events = watch.during(partial(action, text, batch["trust"]))
            seconds = time.perf_counter() - started
            sys.stdout.write(json.dumps([number, name, outcome, events, seconds, _sprung()]) + "\n")
            sys.stdout.flush()


def _load(text: str, trust: list[str]) -> object:
    from tupli_client.serialization import from_text

    return from_text(text, trust=trust)


def _read(text: str, trust: list[str]) -> object:
    from tupli_schemas.errors import RefusedEnvironmentError
    from tupli_schemas.inspection import identity, inspect

    verdict = inspect(text)
    if verdict.verdict == "refused":
        raise RefusedEnvironmentError(verdict.reason)
    identity(text)
    return verdict


def _decode(text: str, trust: list[str]) -> object:
    import jsonpickle

    return jsonpickle.decode(text, keys=True)


_HOW: dict[str, Callable[[str, list[str]], object]] = {"load": _load, "read": _read, "jsonpickle": _decode}


def _sprung() -> list[str]:
    from company_b.traps import SPRUNG

    sprung = list(SPRUNG)
    SPRUNG.clear()
    return sprung


def _warm_up(texts: list[str]) -> None:
    """Import what good texts make the process import, so that every later import is a text's doing."""
    import gymnasium

    for name in ("CartPole-v1", "LunarLander-v3", "CarRacing-v3", "Ant-v5", "FrozenLake-v1", "MountainCar-v0"):
        with contextlib.suppress(gymnasium.error.DependencyNotInstalled):
            gymnasium.make(name).close()
    for text in texts:
        _load(text, ["company_b"])
        _read(text, [])
    _sprung()


if __name__ == "__main__":
    main()
