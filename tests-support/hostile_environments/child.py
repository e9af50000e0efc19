"""Loads hostile texts in a process of its own, and reports what happened: run as ``python -m hostile_environments.child``.

Reads a JSON object {"load": {name: text}, "trust": [...], "how": ...} from its standard input and writes one line of JSON
per text. Everything that a good text needs is imported before; from then on every audit event of the interpreter is
caught (files, imports, processes, sockets, code), and the memory is limited.
"""

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

# Answers of the interpreter about itself, which do nothing.
_HARMLESS = {"builtins.id", "object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._getframe", "sys._getframemodulename"}
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
        self.events = events = []
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
    load, springs = _loader(job["how"], job["trust"])
    pages = int(open("/proc/self/statm").read().split()[0])  # noqa: PTH123, SIM115
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    watch = _Watch()
    for name, text in job["load"].items():
        started = time.perf_counter()
        outcome, events = watch.during(lambda text=text: load(text))
        seconds = time.perf_counter() - started
        report = {"name": name, "outcome": outcome, "events": events, "seconds": seconds, "sprung": springs()}
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()


def _loader(how: str, trust: list[str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    if how == "inspect":
        from tupli_schemas.errors import RefusedEnvironmentError
        from tupli_schemas.inspection import identity, inspect

        def read(text: str) -> object:
            verdict = inspect(text)
            if verdict.verdict != "refused":
                identity(text)
                return verdict
            raise RefusedEnvironmentError(verdict.reason)

        return read, list
    _warm_up()
    if how == "jsonpickle":
        import jsonpickle

        return lambda text: jsonpickle.decode(text, keys=True), list
    from company_b.traps import SPRUNG

    from tupli_client.serialization import from_text

    return lambda text: from_text(text, trust=trust), lambda: [SPRUNG.pop() for _ in list(SPRUNG)]


def _warm_up() -> None:
    """Import what good texts make the process import, so that every later import is a text's doing."""
    import gymnasium
    from company_b.envs import MarketEnv

    from tupli_client.serialization import from_text, identity, to_text

    names = ("CartPole-v1", "LunarLander-v3", "CarRacing-v3", "Ant-v5", "FrozenLake-v1", "Taxi-v4", "MountainCar-v0")
    for name in names:
        env = gymnasium.make(name)
        from_text(to_text(env))
        env.close()
    text = to_text(MarketEnv())
    identity(text)
    from_text(text, trust=["company_b"])


if __name__ == "__main__":
    main()
