"""No text runs anything, hangs, or fills the memory: shown in processes whose every audit event is caught."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from company_b.envs import MarketEnv
from hostile_environments import WITHIN_TRUST, hostile_texts
from hostile_environments.gadgets import placed_gadgets
from hostile_environments.within_trust import FILLED_WITHOUT_CALLS
from tupli_client.serialization import to_text

# Strange, but data: they load as what they say, and hold nothing that could run.
HARMLESS = {
    "a billion laughs",
    "a chain of references",
    "a frequency of nothing",
    "a history of everything",
    "a range that never ends",
    "an environment that holds itself",
    "colliding floats",
}
# What importing a module does to the files of this machine (a trusted package is imported), and what the interpreter says
# when an object that was never finished goes away.
IMPORTING = {"import", "open", "os.listdir", "os.scandir", "compile", "exec", "marshal.loads", "sys.unraisablehook"}
MAX_SECONDS = 20.0  # for one text on a busy machine; the slowest takes about one


class Report(NamedTuple):
    batch: int
    name: str
    outcome: str
    events: list[str]
    seconds: float
    sprung: list[str]

    @property
    def error(self) -> str:
        return self.outcome.partition(":")[0]

    @property
    def is_loaded(self) -> bool:
        return self.outcome.startswith("value")


class Run(NamedTuple):
    """What happened to some batches of texts, in one process that had to survive them all."""

    batches: list[list[Report]]
    marker: Path
    folder: Path


def run(folder: Path, marker: Path, warm: list[str], *batches: dict[str, Any]) -> Run:
    support = Path(sys.modules["hostile_environments"].__file__ or "").parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "hostile_environments.child"],
        input=json.dumps({"warm": warm, "batches": batches}),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(support), "SDL_VIDEODRIVER": "dummy"},
        check=False,
    )
    reports = [Report(*json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
    assert done.returncode == 0, done.stderr
    found = [[report for report in reports if report.batch == number] for number in range(len(batches))]
    assert [[report.name for report in batch] for batch in found] == [list(batch["texts"]) for batch in batches]
    return Run(found, marker, folder)


def batch(how: str, texts: dict[str, str], *trust: str) -> dict[str, Any]:
    return {"how": how, "texts": texts, "trust": trust}


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything once, by the ways that are to be safe."""
    folder, marker = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("marks") / "marker"
    texts = hostile_texts(str(marker))
    return run(
        folder,
        marker,
        [to_text(MarketEnv())],
        batch("load", texts),
        batch("read", texts),
        batch("load", WITHIN_TRUST, "company_b"),
        batch("load", FILLED_WITHOUT_CALLS, "company_b"),
        batch("load", placed_gadgets(str(marker)), "gymnasium", "pandas", "company_b", "jsonpickle"),
    )


def test_no_text_does_anything_in_the_client(safe: Run) -> None:
    reports = safe.batches[0]

    assert len(reports) > 2_000
    assert not [report for report in reports if report.events or report.sprung]
    assert {report.name for report in reports if report.is_loaded} <= HARMLESS
    errors = {report.error for report in reports if not report.is_loaded}
    assert errors == {"RefusedEnvironmentError", "UntrustedCodeError"}


def test_no_text_does_anything_where_it_is_only_read(safe: Run) -> None:
    reports = safe.batches[1]

    assert not [report for report in reports if report.events or report.sprung]
    assert {report.error for report in reports} == {"RefusedEnvironmentError", "value Inspection"}


def test_trust_covers_the_classes_of_a_package_and_no_call(safe: Run) -> None:
    reports = safe.batches[2]

    assert not [report for report in reports if report.is_loaded]
    assert not [report for report in reports if report.sprung or report.events]


def test_what_is_filled_with_attributes_is_not_called_on_the_way(safe: Run) -> None:
    reports = safe.batches[3]

    assert {report.outcome for report in reports} == {"value GridEnv"}
    assert not [report for report in reports if report.sprung or report.events]


def test_somebody_who_trusts_too_much_imports_modules_and_runs_nothing_in_them(safe: Run) -> None:
    reports = safe.batches[4]

    assert {event.partition(" ")[0] for report in reports for event in report.events} <= IMPORTING
    assert not [report.sprung for report in reports if report.sprung]
    loaded = {report.name for report in reports if report.is_loaded}
    assert all(name.startswith("a wrapper that writes files") for name in loaded)  # which is a class of Gymnasium's


def test_no_text_takes_long_or_leaves_a_trace(safe: Run) -> None:
    slow = [
        (report.name, report.seconds) for reports in safe.batches for report in reports if report.seconds > MAX_SECONDS
    ]

    assert not slow
    assert not safe.marker.exists()
    assert not list(safe.folder.iterdir())


def test_the_traps_work(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    texts = placed_gadgets(str(marker))
    names = ["reduce of the type os.system, bare", "reduce of the type builtins.open, in an environment"]

    found = run(tmp_path, marker, [], batch("jsonpickle", {name: texts[name] for name in names}))

    ((system, opened),) = found.batches
    assert any("os.system" in event for event in system.events)
    assert any("open" in event for event in opened.events)
    assert marker.exists()
