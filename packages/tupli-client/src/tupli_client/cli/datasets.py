"""``tupli dataset``: frozen, citable selections of episodes, and episodes as files that train."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tupli_client.cli import spaces, terminal
from tupli_client.cli.benchmarks import OfBenchmark
from tupli_client.cli.completion import refs_of_noun
from tupli_client.cli.files import Overwriting, json_object
from tupli_client.cli.kinds import Kind, add_delete, add_publishing, add_show, provenance
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.screens import Details, Screen
from tupli_client.cli.searching import Filtering, Searching, Selecting
from tupli_client.cli.usage import UsageError
from tupli_client.frozen import headers_of
from tupli_client.storage import TupliStorage
from tupli_client.where import where
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.datasets import DatasetHeader, DatasetUpload
from tupli_schemas.errors import ChecksumError, InvalidDataError, NotFoundError
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterIN

if TYPE_CHECKING:  # numpy is imported by the command that needs it
    from tupli_client.selections.episode import SelectedEpisode

app = Noun("Frozen, citable selections of episodes.")


def _describe(storage: TupliStorage, header: DatasetHeader) -> Details:
    benchmarks = storage.list_benchmarks(FilterIN(key="id", value=header.benchmark_ids))
    return {
        "name": header.name,
        "version": header.version,
        "id": header.id,
        "description": header.description,
        "episodes": header.n_episodes,
        "steps": header.n_tuples,
        "size": f"{header.n_bytes:,} bytes",
        "returns": _returns(storage, header),
        "benchmarks": [benchmark.metadata.name for benchmark in benchmarks],
        **_spaces(benchmarks),
        "metadata": dict(header.metadata),
        "digest": header.digest,
        **provenance(header),
    }


def _returns(storage: TupliStorage, header: DatasetHeader) -> str:
    """How well the episodes did."""
    try:
        episodes = headers_of(storage, storage.load_dataset(header.id))
    except (NotFoundError, ChecksumError) as error:
        return f"unknown: {error.detail}"
    returns = [episode.return_ for episode in episodes if episode.return_ is not None]
    if not returns:
        return "none is finite"
    spread = f"std {statistics.pstdev(returns):.4g}, min {min(returns):.4g}, max {max(returns):.4g}"
    return f"mean {statistics.fmean(returns):.4g}, {spread}"


def _spaces(benchmarks: Sequence[BenchmarkHeader]) -> dict[str, list[str]]:
    pairs = [("observations", "observation_space"), ("actions", "action_space")]
    known = {
        heading: [getattr(benchmark, field) for benchmark in benchmarks if getattr(benchmark, field)]
        for heading, field in pairs
    }
    return {heading: list(dict.fromkeys(map(spaces.in_words, found))) for heading, found in known.items()}


KIND = Kind(
    DatasetHeader,
    {
        "id": "id",
        "name": "name",
        "version": "version",
        "episodes": "n_episodes",
        "steps": "n_tuples",
        "description": "description",
        "published in": "published_in",
        "by": "created_by",
        "created": "created_at",
    },
    _describe,
)


@app.command("list")
def list_datasets(searching: Searching, place: Place, screen: Screen) -> None:
    """List the datasets that you can read."""
    with place.open() as storage:
        searching.show(screen, KIND, storage, EVERYTHING)


add_show(app, KIND)


@app.command("create")
def create_dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    of_benchmark: OfBenchmark,
    selecting: Selecting,
    place: Place,
    screen: Screen,
    version: Annotated[str, typer.Option(metavar="TEXT", help="Of several with one name.")] = "1",
    description: Annotated[str, typer.Option(metavar="TEXT", help="A few sentences.", show_default=False)] = "",
    metadata: Annotated[
        str, typer.Option(metavar="JSON", help="Whatever else is worth knowing.", show_default=False)
    ] = "{}",
) -> None:
    """Freeze a selection of episodes under a name and a version, so that it can be cited."""
    with place.open() as storage:
        headers = selecting.select(storage.list_episodes, of_benchmark.filter(storage))
        if not headers:
            raise InvalidDataError(
                "there are no such episodes, and a dataset holds at least one", hint="tupli episode list"
            )
        dataset = DatasetUpload(
            name=name,
            version=version,
            description=description,
            metadata=json_object(metadata),
            episodes=tuple(header.id for header in headers),
        )
        KIND.show(screen, storage, storage.store_dataset(dataset))


@app.command("export")
def export_dataset(
    of_benchmark: OfBenchmark,
    filtering: Filtering,
    place: Place,
    overwriting: Overwriting,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where to: .npz, .parquet or .csv.", show_default=False),
    ],
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="[REF]",
            autocompletion=refs_of_noun,
            help="A frozen dataset; without it, episodes are selected.",
            show_default=False,
        ),
    ] = None,
    tuples: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those steps, as in 'reward > 0'.", show_default=False)
    ] = None,
) -> None:
    """Write the steps of a dataset, or of the episodes that are selected, to one file of arrays or rows."""
    from tupli_client.cli.exports import writer_for

    write = writer_for(output)
    if ref is not None and (of_benchmark.benchmark or filtering.is_given):
        raise UsageError(
            "a frozen dataset has its own episodes", hint="leave out REF, or --benchmark, --where and --filter"
        )
    with place.open() as storage:
        episodes = (
            _frozen(storage, ref, tuples)
            if ref
            else _selected(storage, of_benchmark.filter(storage) & filtering.filter(), tuples)
        )
        with overwriting.write(output) as file:
            write(episodes, file)
    terminal.tell(f"written to {output}")


add_publishing(app, KIND)
add_delete(app, KIND)


def _frozen(storage: TupliStorage, ref: str, tuples: str | None) -> "Iterable[SelectedEpisode]":
    """The episodes of a frozen dataset, as they were then, read one after another."""
    from tupli_client.selections.content import select, stream

    headers = headers_of(storage, storage.load_dataset(KIND.find(storage, ref).id))
    return select(stream(storage, headers), None if tuples is None else where(tuples))


def _selected(storage: TupliStorage, wanted: BaseFilter, tuples: str | None) -> "Iterable[SelectedEpisode]":
    """The episodes that satisfy a filter now."""
    from tupli_client.dataset import TupliDataset

    dataset = TupliDataset(storage).with_episode_filter(wanted)
    return (dataset if tuples is None else dataset.with_tuple_filter(tuples)).episodes
