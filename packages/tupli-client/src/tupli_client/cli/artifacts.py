"""``tupli artifact``: data and policies that go with benchmarks."""

import mimetypes
import sys
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from tupli_client.cli import terminal
from tupli_client.cli.benchmarks import OfBenchmark
from tupli_client.cli.files import Overwriting, Readable, json_object
from tupli_client.cli.kinds import Kind, Ref, add_delete, add_publishing, add_show, provenance
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.progress import Progress, WatchedFile
from tupli_client.cli.screens import Details, Screen
from tupli_client.cli.searching import Searching
from tupli_client.storage import TupliStorage
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata

app = Noun("Data and policies that go with benchmarks.")


def _describe(_: TupliStorage, header: ArtifactHeader) -> Details:
    return {
        "name": header.name,
        "id": header.id,
        "description": header.description,
        "size": f"{header.n_bytes:,} bytes",
        "content type": header.content_type,
        "benchmark": header.benchmark_id,
        "sha256": header.hash,
        **provenance(header),
        "extra": dict(header.extra),
    }


KIND = Kind(
    ArtifactHeader,
    {
        "id": "id",
        "name": "name",
        "bytes": "n_bytes",
        "type": "content_type",
        "description": "description",
        "benchmark": "benchmark_id",
        "published in": "published_in",
        "by": "created_by",
        "created": "created_at",
    },
    _describe,
)


@app.command("list")
def list_artifacts(of_benchmark: OfBenchmark, searching: Searching, place: Place, screen: Screen) -> None:
    """List the artifacts that you can read."""
    with place.open() as storage:
        searching.show(screen, KIND, storage, of_benchmark.filter(storage))


add_show(app, KIND)


@app.command("upload")
def upload_artifact(
    file: Readable,
    of_benchmark: OfBenchmark,
    place: Place,
    screen: Screen,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="If not given, that of the file.")] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="A few sentences.", show_default=False)] = "",
    content_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Such as text/csv; if not given, that of the file's name.")
    ] = None,
    extra: Annotated[
        str, typer.Option(metavar="JSON", help="Whatever else is worth knowing.", show_default=False)
    ] = "{}",
) -> None:
    """Store a file. What is stored already is found, and not stored twice."""
    with place.open() as storage:
        metadata = ArtifactMetadata(
            name=file.name if name is None else name,
            description=description,
            benchmark_id=of_benchmark.id(storage),
            content_type=content_type or mimetypes.guess_type(file.name)[0],
            extra=json_object(extra),
        )
        with Progress("uploading", file.stat().st_size, "bytes") as progress, WatchedFile(file, progress) as content:
            header = storage.store_artifact(cast(BinaryIO, content), metadata)
        KIND.show(screen, storage, header)


@app.command("download")
def download_artifact(
    ref: Ref,
    place: Place,
    overwriting: Overwriting,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; stdout if not given.", show_default=False),
    ] = None,
) -> None:
    """Write the bytes of an artifact to a file, or to stdout if that is no terminal."""
    if output is None:
        terminal.require_program("the bytes of an artifact")
    with place.open() as storage:
        header = KIND.find(storage, ref)
        with storage.open_artifact(header.id) as content, Progress("downloading", header.n_bytes, "bytes") as progress:
            if output is None:
                progress.copy(content, sys.stdout.buffer)
                return
            with overwriting.write(output) as file:
                progress.copy(content, file)
    terminal.tell(f"written to {output}")


add_publishing(app, KIND)
add_delete(app, KIND)
