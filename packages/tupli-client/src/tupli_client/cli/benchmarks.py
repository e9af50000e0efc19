"""``tupli benchmark``: environments, fully configured and stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tupli_client import belongings
from tupli_client.cli import completion, spaces, terminal
from tupli_client.cli.files import Overwriting, Readable, json_object, read_text
from tupli_client.cli.kinds import Kind, Ref, Refs, add_publishing, add_show, delete_all, provenance
from tupli_client.cli.nouns import Noun
from tupli_client.cli.option_groups import OptionGroup
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Details, Screen
from tupli_client.cli.searching import Searching
from tupli_client.references import names
from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterEQ
from tupli_schemas.inspection import Inspection, identity

if TYPE_CHECKING:  # imported by the command that needs it
    import gymnasium

app = Noun("Environments, fully configured and stored.")


@dataclass(frozen=True)
class About(OptionGroup):
    """What people say about a benchmark."""

    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What people call it; if not given, the name of what is stored.")
    ] = None
    version: Annotated[str | None, typer.Option(metavar="TEXT", help="Of several with one name.")] = None
    description: Annotated[str, typer.Option(metavar="TEXT", help="A few sentences.", show_default=False)] = ""
    difficulty: Annotated[str | None, typer.Option(metavar="TEXT", help="In your words.")] = None
    extra: Annotated[str, typer.Option(metavar="JSON", help="Whatever else is worth knowing.", show_default=False)] = (
        "{}"
    )

    def metadata(self, otherwise: str) -> BenchmarkMetadata:
        """As it is stored; ``otherwise`` is the name if none was given."""
        return BenchmarkMetadata(
            name=otherwise if self.name is None else self.name,
            version=self.version,
            description=self.description,
            difficulty=self.difficulty,
            extra=json_object(self.extra),
        )


def _describe(_: TupliStorage, header: BenchmarkHeader) -> Details:
    about = header.metadata
    return {
        "name": about.name,
        "version": about.version,
        "id": header.id,
        "description": about.description,
        "difficulty": about.difficulty,
        "observations": header.observation_space and spaces.in_words(header.observation_space),
        "actions": header.action_space and spaces.in_words(header.action_space),
        "inspection": _verdict(header.inspection),
        "load it with": f"TupliEnvWrapper.load(storage, {[header.id, *names(header)][-1]!r})",
        **provenance(header),
        "hash": header.hash,
        "extra": dict(about.extra),
    }


def _verdict(inspection: Inspection | None) -> str | None:
    """What loading the environment would do, in words."""
    match inspection:
        case None:
            return None
        case Inspection(verdict="spec"):
            return "spec: Gymnasium rebuilds it from a specification of known parts"
        case Inspection(verdict="safe"):
            return "safe: it is made of data and known classes"
        case Inspection(verdict="needs-trust"):
            return f"needs-trust: loading it runs the code of {', '.join(inspection.needs_trust)}"
    return f"refused: {inspection.reason}"


class _BenchmarkKind(Kind[BenchmarkHeader]):
    """Benchmarks are published together with the artifacts that they need."""

    def publish(self, storage: TupliStorage, header: BenchmarkHeader, group: str) -> None:
        belongings.publish(storage, header.id, group)

    def unpublish(self, storage: TupliStorage, header: BenchmarkHeader, group: str) -> None:
        belongings.unpublish(storage, header.id, group)


KIND = _BenchmarkKind(
    BenchmarkHeader,
    {
        "id": "id",
        "name": "metadata.name",
        "version": "metadata.version",
        "verdict": "inspection.verdict",
        "description": "metadata.description",
        "published in": "published_in",
        "by": "created_by",
        "created": "created_at",
    },
    _describe,
)


@dataclass(frozen=True)
class OfBenchmark(OptionGroup):
    """The benchmark that episodes or artifacts belong to."""

    benchmark: Annotated[
        str | None,
        typer.Option(
            "--benchmark",
            metavar="REF",
            autocompletion=completion.benchmarks,
            help="The benchmark that they belong to.",
            show_default=False,
        ),
    ] = None

    def id(self, storage: TupliStorage) -> str | None:
        """Its id, if one was given."""
        return KIND.find(storage, self.benchmark).id if self.benchmark else None

    def filter(self, storage: TupliStorage) -> BaseFilter:
        """What belongs to it; everything, if none was given."""
        benchmark_id = self.id(storage)
        return FilterEQ(key="benchmark_id", value=benchmark_id) if benchmark_id else EVERYTHING


@app.command("list")
def list_benchmarks(searching: Searching, place: Place, screen: Screen) -> None:
    """List the benchmarks that you can read."""
    with place.open() as storage:
        searching.show(screen, KIND, storage, EVERYTHING)


add_show(app, KIND)


@app.command("create")
def create_benchmark(
    env: Annotated[
        str, typer.Option(metavar="ID", help="Of the environment, as for gymnasium.make.", show_default=False)
    ],
    about: About,
    place: Place,
    screen: Screen,
    arguments: Annotated[
        str, typer.Option(metavar="JSON", help="Arguments of the environment.", show_default=False)
    ] = "{}",
) -> None:
    """Store an environment that Gymnasium knows by name."""
    from tupli_client.env import TupliEnvWrapper

    with place.open() as storage:
        made = TupliEnvWrapper(_make(env, json_object(arguments)), storage)
        metadata = about.metadata(otherwise=env)
        benchmark_id = made.store(**metadata.model_dump(exclude={"extra"}), metadata=metadata.extra)
        KIND.show(screen, storage, KIND.find(storage, benchmark_id))


def _make(env: str, arguments: dict[str, Any]) -> "gymnasium.Env[Any, Any]":
    """The environment that Gymnasium makes of a name."""
    import gymnasium

    try:
        return gymnasium.make(env, **arguments)
    except (gymnasium.error.Error, ImportError, TypeError, ValueError) as error:
        raise InvalidDataError(
            f"Gymnasium cannot make {env!r}: {error}", hint="is it installed here, and spelt like this?"
        ) from error


@app.command("download")
def download_benchmark(
    ref: Ref,
    place: Place,
    overwriting: Overwriting,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; stdout if not given.")
    ] = None,
) -> None:
    """Write the text that an environment is rebuilt from to a file."""
    with place.open() as storage:
        text = storage.load_benchmark(KIND.find(storage, ref).id).serialized
    if output is None:
        terminal.answer(text)
        return
    with overwriting.write(output) as stream:
        stream.write(text.encode())
    terminal.tell(f"written to {output}")


@app.command("upload")
def upload_benchmark(file: Readable, about: About, place: Place, screen: Screen) -> None:
    """Store the text of an environment, as download writes it. Nothing in it is run."""
    text = read_text(file)
    query = BenchmarkQuery(hash=identity(text), serialized=text, metadata=about.metadata(otherwise=file.stem))
    with place.open() as storage:
        KIND.show(screen, storage, belongings.store_or_find(storage, query, exist_ok=True))


add_publishing(app, KIND)


@app.command("delete")
def delete_benchmarks(
    refs: Refs,
    place: Place,
    screen: Screen,
    consent: Consent,
    with_episodes: Annotated[bool, typer.Option("--with-episodes", help="Their episodes too.")] = False,
    with_artifacts: Annotated[
        bool, typer.Option("--with-artifacts", help="The artifacts that only they need, too.")
    ] = False,
) -> None:
    """Delete benchmarks for good. Those that have episodes stay, unless these go too."""
    with place.open() as storage:
        doomed = KIND.find_all(storage, refs)
        consent.require("this deletes for good", [_doomed_line(storage, header, with_episodes) for header in doomed])
        delete_all(
            KIND,
            doomed,
            screen,
            lambda header: belongings.delete(
                storage, header.id, delete_artifacts=with_artifacts, delete_episodes=with_episodes
            ),
        )


def _doomed_line(storage: TupliStorage, header: BenchmarkHeader, with_episodes: bool) -> str:
    if not with_episodes:
        return KIND.line(header)
    n_episodes = len(storage.list_episodes(FilterEQ(key="benchmark_id", value=header.id)))
    return f"{KIND.line(header)} and its {n_episodes:,} episodes"
