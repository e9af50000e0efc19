"""``tupli episode``: recorded and historic steps."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tupli_client.cli.batches import Batch
from tupli_client.cli.benchmarks import OfBenchmark
from tupli_client.cli.files import Overwriting, json_object
from tupli_client.cli.kinds import Kind, Refs, add_delete, add_publishing, add_show, provenance
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.progress import Progress
from tupli_client.cli.screens import Details, Screen
from tupli_client.cli.searching import Searching
from tupli_client.storage import TupliStorage
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import TupliError
from tupli_schemas.filters import FilterEQ

if TYPE_CHECKING:  # Gymnasium is imported by the command that needs it
    from tupli_client.env import TupliEnvWrapper

app = Noun("Recorded and historic steps, from a reset to an end.")


def _describe(storage: TupliStorage, header: EpisodeHeader) -> Details:
    benchmark = storage.list_benchmarks(FilterEQ(key="id", value=header.benchmark_id))
    recording = header.recording
    return {
        "id": header.id,
        "benchmark": " ".join([header.benchmark_id, *(found.metadata.name for found in benchmark)]),
        "steps": header.n_tuples,
        "return": header.return_,
        "rewards": None if header.min_reward is None else f"{header.min_reward:g} to {header.max_reward:g}",
        "end": _end(header),
        "metadata": dict(header.metadata),
        "recorded in": recording.env_id if recording else None,
        "seed": recording.seed if recording else None,
        "size": f"{header.n_bytes:,} bytes",
        "checksum": header.checksum,
        **provenance(header),
    }


def _end(header: EpisodeHeader) -> str:
    if header.abandoned:
        return "abandoned in mid-episode"
    return "terminated" if header.terminated else "truncated" if header.truncated else "open"


KIND = Kind(
    EpisodeHeader,
    {
        "id": "id",
        "steps": "n_tuples",
        "return": "return",
        "metadata": "metadata",
        "created": "created_at",
        "benchmark": "benchmark_id",
        "published in": "published_in",
        "by": "created_by",
        "terminated": "terminated",
        "truncated": "truncated",
    },
    _describe,
)


@app.command("list")
def list_episodes(of_benchmark: OfBenchmark, searching: Searching, place: Place, screen: Screen) -> None:
    """List the episodes that you can read."""
    with place.open() as storage:
        searching.show(screen, KIND, storage, of_benchmark.filter(storage))


add_show(app, KIND)


@app.command("upload")
def upload_episodes(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Payloads (.safetensors) or columns (.npz).",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ],
    of_benchmark: OfBenchmark,
    place: Place,
    screen: Screen,
    metadata: Annotated[
        str, typer.Option(metavar="JSON", help="Is added to the metadata of each.", show_default=False)
    ] = "{}",
) -> None:
    """Store episodes from files. Their benchmark is that of the header beside a file, unless one is given."""
    from tupli_client.episode_files import read_episode

    said, batch = json_object(metadata), Batch()
    with place.open() as storage, Progress("uploading", len(files)) as progress:
        benchmark_id = of_benchmark.id(storage)
        episodes = batch.map(lambda file: read_episode(file, benchmark_id, said), files)
        stored = storage.record_episodes(episodes, progress=progress)
    screen.show_done("uploaded", "episode", stored)
    batch.finish()


@app.command("download")
def download_episodes(
    refs: Refs,
    place: Place,
    screen: Screen,
    overwriting: Overwriting,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to.", show_default=False)],
) -> None:
    """Write episodes to files: the steps (.safetensors) and, beside them, the header (.json)."""
    from tupli_client.episode_files import file_of, write_episode

    batch = Batch()
    with place.open() as storage:
        headers = KIND.find_all(storage, refs)
        for header in headers:
            overwriting.check(file_of(header, output))
        with Progress("downloading", len(headers)) as progress:
            episodes = storage.load_episodes(headers)
            written = batch.do(
                lambda header: write_episode(next(episodes), header, output), progress.over(headers), KIND.line
            )
    screen.show_done("downloaded", "episode", written)
    batch.finish()


@app.command("import")
def import_episodes(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Where PyTupli 1.2.9 kept them.", exists=True, file_okay=False, show_default=False
        ),
    ],
    place: Place,
    screen: Screen,
    states: Annotated[
        Literal["after", "before"],
        typer.Option(help="Whether 'state' is the observation after its action, as PyTupli recorded it, or before."),
    ] = "after",
) -> None:
    """Bring the episodes of a PyTupli folder, with their benchmarks and artifacts. Nothing in it is run."""
    from tupli_client.importing import PyTupliFolder

    batch, old = Batch(), PyTupliFolder(folder, states)
    files = old.episode_files()
    with place.open() as storage, Progress("importing", len(files)) as progress:
        old.store_artifacts(storage)
        old.store_benchmarks(storage)
        stored = storage.record_episodes(batch.map(old.read_episode, files), progress=progress)
    screen.show_done("imported", "episode", stored)
    batch.finish()


@app.command("verify")
def verify_episodes(
    refs: Refs,
    place: Place,
    screen: Screen,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A package or class whose code may run to rebuild the environment.", show_default=False
        ),
    ] = None,
) -> None:
    """Replay episodes from their seeds and actions, and say whether every step happens again, bit for bit."""
    from tupli_client.env import TupliEnvWrapper

    with place.open() as storage:
        load = cache(lambda benchmark_id: TupliEnvWrapper.load(storage, benchmark_id, trust=trust))
        headers = KIND.find_all(storage, refs)
        verdicts = [_verdict(load(header.benchmark_id), header) for header in headers]
    screen.show_list(
        verdicts,
        {"id": "id", "outcome": "outcome", "steps": "n_steps", "differs at": "step", "in": "field", "reason": "reason"},
    )
    if different := [verdict["id"] for verdict in verdicts if verdict["outcome"] != "exact"]:
        raise TupliError(f"{len(different)} of {len(verdicts)} episodes did not happen again")


add_publishing(app, KIND)
add_delete(app, KIND)


def _verdict(env: "TupliEnvWrapper", header: EpisodeHeader) -> dict[str, Any]:
    """What came of replaying an episode, as JSON."""
    verdict = env.verify(header.id)
    differing = {
        name: None if (value := getattr(verdict, name)) is None else repr(value) for name in ("expected", "got")
    }
    return {"id": header.id, **asdict(verdict), **differing}
