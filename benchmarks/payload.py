"""How fast episodes become bytes and come back: ``python -m benchmarks.payload``. Prints the table of docs/adr/0001-payload-format.md."""

import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import safetensors.numpy

from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData

NOISE = np.random.default_rng(0)


def episode(observations: Any, steps: int) -> EpisodeData:
    return EpisodeData.from_arrays(
        observations=observations,
        actions=NOISE.standard_normal((steps, 17)).astype(np.float32),
        rewards=NOISE.standard_normal(steps),
        terminated=False,
        truncated=True,
    )


def images(steps: int) -> Any:
    """A screen on which a little moves."""
    screen = np.zeros((steps + 1, 210, 160, 3), np.uint8)
    screen[:, 50:70, 40:80] = NOISE.integers(0, 255, (steps + 1, 20, 1, 3), np.uint8)
    return screen


CASES: dict[str, Callable[[], EpisodeData]] = {
    "20 steps of CartPole": lambda: episode(NOISE.standard_normal((21, 4)).astype(np.float32), 20),
    "20,000 x 348 float64, a random walk": lambda: episode(
        np.cumsum(NOISE.standard_normal((20_001, 348)), axis=0), 20_000
    ),
    "1,000 screens of 210 x 160 x 3": lambda: episode(images(1000), 1000),
    "1,000 images of 84 x 84 x 3, noise": lambda: episode(NOISE.integers(0, 255, (1001, 84, 84, 3), np.uint8), 1000),
}


def seconds(work: Callable[[], Any]) -> float:
    """The best of several runs, for about half a second."""
    best, until = float("inf"), time.perf_counter() + 0.5
    while time.perf_counter() < until or best == float("inf"):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def npz(arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def shown(duration: float) -> str:
    return f"{duration * 1e6:.0f} us" if duration < 1e-4 else f"{duration * 1e3:.2f} ms"


def main() -> None:
    print("| episode | size | payload | encode | ... and join | decode | safetensors save | load | npz save |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, make in CASES.items():
        data = make()
        payload = bytes(codec.encode(data))
        arrays: dict[str, Any] = {
            "observations": data.all_observations,
            "actions": data.actions,
            "rewards": data.rewards,
        }
        arrays |= {"terminated": data.terminated, "truncated": data.truncated}
        saved = safetensors.numpy.save(arrays)
        figures = [
            seconds(lambda: codec.encode(data)),  # noqa: B023  # used before the next turn
            seconds(lambda: bytes(codec.encode(data))),  # noqa: B023
            seconds(lambda: codec.decode(payload)),  # noqa: B023
            seconds(lambda: safetensors.numpy.save(arrays)),  # noqa: B023
            seconds(lambda: safetensors.numpy.load(saved)),  # noqa: B023
            seconds(lambda: npz(arrays)),  # noqa: B023
        ]
        cells = [name, f"{data.nbytes:,}", f"{len(payload):,}", *(shown(figure) for figure in figures)]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
