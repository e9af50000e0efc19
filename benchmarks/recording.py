"""What recording costs: ``python -m benchmarks.recording``, on CartPole, beside other libraries that record.

All contenders come in turn, several times over, each in a fresh process with the bare environment beside it; the table shows the
medians of what they need more than the bare environment. Tupli and PyTupli record into a folder, Minari into its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import peers

WORKER = Path(__file__).with_name("recording_worker.py")
OWN = ("tupli", "tupli off")
FIGURES = {"median": "median of `step`", "cpu": "mean CPU", "wall": "mean wall time"}
TARGETS = {"median": 10.0, "cpu": 20.0}
"""Microseconds per step over the bare environment that recording may cost."""


def run(contender: str, policy: str, steps: int) -> dict[str, dict[str, float]]:
    """The figures of a contender and of the bare environment beside it, from a fresh process."""
    python = sys.executable if contender in OWN else str(peers.interpreter(contender))
    environment = os.environ | {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}
    command = [python, str(WORKER), contender, policy, str(steps)]
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(said.splitlines()[-1])  # type: ignore[no-any-return]


def overheads(contender: str, runs: list[dict[str, dict[str, float]]]) -> dict[str, float]:
    """The medians of what a contender needs more than the bare environment of the same process."""
    more = {name: statistics.median(run[contender][name] - run["bare"][name] for run in runs) for name in FIGURES}
    bare = {f"bare_{name}": statistics.median(run["bare"][name] for run in runs) for name in FIGURES}
    return more | bare | {"steps_per_episode": runs[0][contender]["steps_per_episode"]}


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Microseconds per step over the bare environment."""
    lines = []
    for policy, contenders in results.items():
        first = next(iter(contenders.values()))
        bare = ", ".join(f"{words} {first[f'bare_{name}']:.1f}" for name, words in FIGURES.items())
        lines += [
            "",
            f"{policy}, {first['steps_per_episode']:.0f} steps an episode; the bare environment (us per step): {bare}",
            "",
            "| us per step over the bare environment | " + " | ".join(FIGURES.values()) + " |",
            "| --- |" + " --- |" * len(FIGURES),
        ]
        for contender, figures in contenders.items():
            lines.append(f"| {contender} | " + " | ".join(f"{figures[name]:.1f}" for name in FIGURES) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000, help="in each run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true", help="Tupli alone")
    parser.add_argument("--json", type=Path, help="also write the figures of all runs to this file")
    chosen = parser.parse_args()

    contenders = [*OWN, *([] if chosen.no_peers else peers.REQUIREMENTS)]
    runs: dict[str, dict[str, list[Any]]] = {}
    for _ in range(chosen.rounds):
        for policy in ("random", "balancing"):
            for contender in contenders:
                figures = run(contender, policy, chosen.steps)
                runs.setdefault(policy, {}).setdefault(contender, []).append(figures)
    results = {
        policy: {contender: overheads(contender, found) for contender, found in by_contender.items()}
        for policy, by_contender in runs.items()
    }
    print(table(results))
    if chosen.json:
        chosen.json.write_text(json.dumps({"overheads": results, "runs": runs}, indent=1))
    too_much = {
        f"{policy} {name}": round(contenders_["tupli"][name], 1)
        for policy, contenders_ in results.items()
        for name, target in TARGETS.items()
        if contenders_["tupli"][name] > target
    }
    if too_much:
        sys.exit(f"more than recording may cost ({TARGETS}): {too_much}")


if __name__ == "__main__":
    main()
