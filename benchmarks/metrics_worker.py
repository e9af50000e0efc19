"""One metric of one library on one data set, in a process of its own: ``metrics_worker.py LIBRARY CASE STEPS DIMENSIONS LENGTH``.

Prints CPU seconds per evaluation (the data is loaded before the clock starts), the value, and the growth of the peak memory.
Runs under Tupli's interpreter and under PyTupli's, so it imports neither before it knows which.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Columns = tuple[Any, Any, Any]
PATIENCE = 2.0  # seconds of evaluations that are averaged, where one is quicker


def episodes(steps: int, dimensions: int, length: int) -> Iterator[Columns]:
    """Observations (a damped walk), one of three actions, and rewards; the same for both libraries.

    Every step ends its episode with the same probability: what is to come depends on the state alone, as value estimates assume.
    """
    rng = np.random.default_rng(0)
    while steps:
        n = min(int(rng.geometric(1 / length)), steps)
        steps -= n
        noise = rng.standard_normal((n + 1, dimensions), dtype=np.float32)
        walk = np.empty_like(noise)
        walk[0] = noise[0]
        for t in range(n):
            walk[t + 1] = 0.95 * walk[t] + 0.3 * noise[t + 1]
        yield walk, rng.integers(0, 3, n), 1.0 + walk[:-1, 0].astype(np.float64)


def of_tupli(case: str, steps: int, dimensions: int, length: int) -> Callable[[], float]:
    from tupli_metrics import (
        AverageQ,
        BehavioralEntropy,
        EstimatedReturnImprovement,
        Integrity,
        StateActionCoverage,
        StateEntropy,
        TrajectoryQuality,
        report,
    )
    from tupli_schemas.columns import EpisodeData

    data = [
        EpisodeData.from_arrays(observations=o, actions=a, rewards=r, terminated=True, truncated=False)
        for o, a, r in episodes(steps, dimensions, length)
    ]
    metrics: dict[str, Any] = {
        "quality": TrajectoryQuality(0, 10),
        "improvement": EstimatedReturnImprovement(),
        "coverage": StateActionCoverage(),
        "entropy": BehavioralEntropy(0.7, k=10, rep_dim=max(dimensions, 2), scale=(1.0,) * dimensions),
        "state entropy": StateEntropy(scale=(1.0,) * dimensions),
        "average q": AverageQ("lstd"),
        "returns to go": AverageQ("mc"),
        "integrity": Integrity(),
    }
    if case == "report":
        return lambda: float(len(report(data).to_html()))
    return lambda: float(metrics[case].evaluate(data))


def of_pytupli(case: str, steps: int, dimensions: int, length: int) -> Callable[[], float]:
    import gymnasium
    from pytupli import quality_metrics
    from pytupli.dataset import TupliDataset
    from pytupli.schema import BenchmarkMetadata, BenchmarkQuery, Episode, FilterEQ, RLTuple
    from pytupli.storage import FileStorage

    storage = FileStorage(tempfile.mkdtemp())
    about = BenchmarkMetadata(name="b", description="b", difficulty="easy", version="1")
    benchmark = storage.store_benchmark(BenchmarkQuery(hash="b", serialized="{}", metadata=about))
    for o, a, r in episodes(steps, dimensions, length):
        rows = zip(o.tolist(), a.tolist(), r.tolist(), strict=False)  # it holds no final observation
        tuples = [
            RLTuple(state=s, action=[action], reward=reward, info={}, terminal=t == len(a) - 1, timeout=False)
            for t, (s, action, reward) in enumerate(rows)
        ]
        storage.record_episode(Episode(benchmark_id=benchmark.id, metadata={}, tuples=tuples))
    data = TupliDataset(storage).with_benchmark_filter(FilterEQ(key="id", value=benchmark.id))
    data.load()
    three_actions = gymnasium.make("MountainCar-v0")
    sizes = {"in_dim": dimensions, "out_dim": 3}
    metrics: dict[str, Callable[[], Any]] = {
        "quality": lambda: quality_metrics.AverageReturnMetric(1.0, (0, 10)),
        "improvement": lambda: quality_metrics.EstimatedReturnImprovementMetric(1.0),
        "coverage": lambda: quality_metrics.SACoMetric(three_actions),
        "entropy": lambda: quality_metrics.GeneralizedBehavioralEntropyMetric(rep_dim=max(dimensions, 2)),
        "average q": lambda: quality_metrics.QFunctionMetric(three_actions, quality_metrics.MLP, sizes),
    }
    return lambda: float(metrics[case]().evaluate(data))


def measure(evaluate: Callable[[], float]) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    value, times = evaluate(), 1
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if seconds < PATIENCE:  # the first evaluation also imported: start again
        start, times = time.process_time(), 0
        while (seconds := time.process_time() - start) < PATIENCE or not times:
            evaluate()
            times += 1
    return {"cpu": seconds / times, "value": value, "memory": memory / 1024}


if __name__ == "__main__":
    library, chosen, *numbers = sys.argv[1:]
    make = of_tupli if library == "tupli" else of_pytupli
    print(json.dumps(measure(make(chosen, *map(int, numbers)))))
