"""Pack what ``published_table.py`` has collected into the fixture of the tests.

python benchmarks/published_table_fixture.py MountainCar-v0=out1/MountainCar-v0.npz CartPole-v1=out0/CartPole-v1.npz
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[1] / "tests-support"))

from published_runs import COLLECTED, PATH, Collected, pack

CELLS = 100
SAMPLES = {"MountainCar-v0": 10_000, "CartPole-v1": 2_000}  # fewer would not show how thin the expert's paths are


def collected(file: "np.lib.npyio.NpzFile", name: str, samples: int, seed: int) -> Collected:
    """One data set, with its states in the cells of the replay data."""
    observations, replay = file[f"{name}_observations"], file["replay_observations"]
    ends = np.flatnonzero(file[f"{name}_terminated"] | file[f"{name}_truncated"])
    rewards = np.unique(file[f"{name}_rewards"])
    if len(rewards) != 1:
        raise ValueError(f"the fixture holds one reward, not {len(rewards)}")
    edges = [np.linspace(column.min(), column.max(), CELLS) for column in replay.astype(np.float64).T]
    cells = [np.digitize(column, edge) for column, edge in zip(observations.T, edges, strict=True)]
    sample = np.sort(np.random.default_rng(seed).choice(len(observations), samples, replace=False))
    return Collected(
        cells=np.stack(cells, axis=1).astype(np.uint8),
        actions=file[f"{name}_actions"],
        reward=float(rewards[0]),
        lengths=np.diff(ends, prepend=-1).astype(np.int32),
        terminated=file[f"{name}_terminated"][ends],
        sample=observations[sample].astype(np.float64),
    )


def main(arguments: list[str]) -> None:
    columns: dict[str, NDArray[np.generic]] = {}
    for environment, _, path in (argument.partition("=") for argument in arguments):
        with np.load(path) as file:
            columns[f"{environment}/best"] = np.array(file["evaluations"].mean(axis=1).max())
            for seed, name in enumerate(COLLECTED):
                columns |= pack(f"{environment}/{name}", collected(file, name, SAMPLES[environment], seed))
    np.savez(PATH, allow_pickle=False, **columns)
    print(f"{PATH}: {PATH.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
