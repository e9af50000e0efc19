"""What the metrics cost: ``python -m benchmarks.metrics``, in CPU seconds beside PyTupli, and alone where PyTupli cannot follow.

Every measurement is a fresh process with one thread; the two libraries take turns. The tables give the medians. What is compared is
the metric alone, on data that is loaded already.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers

WORKER = Path(__file__).with_name("metrics_worker.py")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
QUIET = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "PYTHONWARNINGS": "ignore"}
AGREEMENT = 0.05
"""How far least squares may be from the returns to go, where every episode terminates."""


@dataclass(frozen=True)
class Case:
    """A metric on so many steps of so many dimensions.

    Attributes:
        goal: How many times quicker than PyTupli, or (alone) at most how many CPU seconds.
        memory: At most so many MB beside the data; only looked at alone.
    """

    metric: str
    steps: int
    dimensions: int
    length: int = 1000
    goal: float | None = None
    memory: float | None = None

    @property
    def name(self) -> str:
        return f"{self.metric}, {self.steps:,} x {self.dimensions}"


BESIDE = (
    Case("quality", 100_000, 3, goal=20),
    Case("improvement", 100_000, 3, goal=20),
    Case("coverage", 100_000, 3, goal=50),
    Case("entropy", 5_000, 11, goal=30),
    Case("entropy", 8_000, 3, goal=150),
    Case("average q", 100_000, 4, 100, goal=10),
)
ALONE = (
    Case("quality", 10_000_000, 3, memory=200),
    Case("coverage", 1_000_000, 29, memory=200),
    Case("coverage", 10_000_000, 3),
    Case("state entropy", 1_000_000, 29, memory=200),
    Case("state entropy", 10_000_000, 3, memory=200),
    Case("integrity", 1_000_000, 29, memory=200),
    Case("report", 1_000_000, 29, goal=15),
)


def run(library: str, case: Case) -> dict[str, float]:
    """The figures of one fresh process."""
    python = sys.executable if library == "tupli" else str(peers.interpreter(library))
    numbers = map(str, (case.steps, case.dimensions, case.length))
    command = [python, str(WORKER), library, case.metric, *numbers]
    said = subprocess.run(command, env=os.environ | ONE_THREAD | QUIET, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(said.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def median(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in runs) for name in runs[0]}


def beside(rounds: int) -> list[str]:
    """Print the comparison; returns what missed its goal."""
    print("| metric | Tupli, CPU s | PyTupli, CPU s | ratio | goal |\n| --- | --- | --- | --- | --- |")
    missed = []
    for case in BESIDE:
        found: dict[str, list[dict[str, float]]] = {"tupli": [], "pytupli": []}
        for _ in range(rounds):
            for library, runs in found.items():
                runs.append(run(library, case))
        ours, theirs = (median(runs)["cpu"] for runs in found.values())
        print(f"| {case.name} | {ours:.4g} | {theirs:.4g} | {theirs / ours:.0f}x | {case.goal:g}x |", flush=True)
        if case.goal and theirs / ours < case.goal:
            missed.append(case.name)
    return missed


def alone(rounds: int, largest: int) -> list[str]:
    """Print what only we can do; returns what missed its goal."""
    print("\n| metric | CPU s | memory beside the data, MB |\n| --- | --- | --- |")
    missed = []
    for case in (case for case in ALONE if case.steps <= largest):
        figures = median([run("tupli", case) for _ in range(rounds)])
        print(f"| {case.name} | {figures['cpu']:.3g} | {figures['memory']:.0f} |", flush=True)
        if (case.goal and figures["cpu"] > case.goal) or (case.memory and figures["memory"] > case.memory):
            missed.append(case.name)
    return missed


def agreement() -> list[str]:
    """Whether least squares find what the returns say, where every episode terminates."""
    numbers = (100_000, 4, 100)
    squares, returns = (run("tupli", Case(metric, *numbers))["value"] for metric in ("average q", "returns to go"))
    print(f"\nAverage Q of terminated episodes: {squares:.3f} by least squares, {returns:.3f} by returns to go.")
    return ["agreement"] if abs(squares - returns) > AGREEMENT * abs(returns) else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=10_000_000, help="leave out what has more steps")
    parser.add_argument("--no-peers", action="store_true", help="Tupli alone")
    chosen = parser.parse_args()

    missed = [] if chosen.no_peers else beside(chosen.rounds)
    missed += alone(chosen.rounds, chosen.largest) + agreement()
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
