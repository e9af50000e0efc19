"""What the nouns of content have in common: how their objects are found, shown, published and deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import typer

from tupli_client import references
from tupli_client.cli.batches import Batch
from tupli_client.cli.completion import refs_of_noun
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Columns, Details, Screen
from tupli_client.storage import TupliStorage
from tupli_schemas.base import Header
from tupli_schemas.errors import NotFoundError
from tupli_schemas.filters import FilterIN
from tupli_schemas.permissions import GLOBAL

H = TypeVar("H", bound=Header)

_REF = "an id, its first 6 or more characters, a name, or name@version"
Ref = Annotated[
    str,
    typer.Argument(
        metavar="REF", autocompletion=refs_of_noun, help=f"{_REF[0].upper()}{_REF[1:]}.", show_default=False
    ),
]
Refs = Annotated[
    list[str], typer.Argument(metavar="REF", autocompletion=refs_of_noun, help=f"Each {_REF}.", show_default=False)
]
In = Annotated[str, typer.Option("--in", metavar="GROUP", help="The group; 'global' is everybody.")]
From = Annotated[str, typer.Option("--from", metavar="GROUP", help="The group; 'global' is everybody.")]


@dataclass(frozen=True)
class Kind(Generic[H]):
    """A kind of content, as the command line sees it.

    Attributes:
        schema: Its headers.
        columns: What lists show.
        describe: What a person wants to know of one object.
    """

    schema: type[H]
    columns: Columns
    describe: Callable[[TupliStorage, H], Details]

    @property
    def word(self) -> str:
        """What people call it."""
        return references.KINDS[self.schema]

    def lister(self, storage: TupliStorage) -> Callable[..., list[H]]:
        """The method that lists its headers."""
        return getattr(storage, f"list_{self.word}s")  # type: ignore[no-any-return]

    def publish(self, storage: TupliStorage, header: H, group: str) -> None:
        """Let a group read it."""
        getattr(storage, f"publish_{self.word}")(header.id, group)

    def unpublish(self, storage: TupliStorage, header: H, group: str) -> None:
        """Let a group read it no longer."""
        getattr(storage, f"unpublish_{self.word}")(header.id, group)

    def find(self, storage: TupliStorage, ref: str) -> H:
        """The object that a person means.

        Raises:
            NotFoundError: There is none; the error says how to find those that there are.
            AmbiguousReferenceError: There are several.
        """
        try:
            return references.find(ref, self.lister(storage), self.schema, prefixes=True)
        except NotFoundError as error:
            error.add_note(f"next: tupli {self.word} list")
            raise

    def find_all(self, storage: TupliStorage, refs: Sequence[str]) -> list[H]:
        """The objects that a person means, each once: all of them are found before anything is done to one."""
        # Ids are the rule where there are many, so they are asked for together.
        by_id = {header.id: header for header in self.lister(storage)(FilterIN(key="id", value=tuple(refs)))}
        found = (by_id.get(ref) or self.find(storage, ref) for ref in refs)
        return list({header.id: header for header in found}.values())

    def show(self, screen: Screen, storage: TupliStorage, header: H) -> None:
        """Print one object."""
        screen.show(header, self.describe(storage, header))

    def line(self, header: H) -> str:
        """One object in one line, by its id and, if it has one, its name."""
        names = references.names(header)
        return " ".join((self.word, header.id, *names[-1:]))


def provenance(header: Header) -> Details:
    """What a person wants to know of every object: who made it, when, and who may read it."""
    return {
        "published in": list(header.published_in),
        "created by": header.created_by,
        "created at": f"{header.created_at:%Y-%m-%d %H:%M:%S} UTC",
    }


def add_show(app: Noun, kind: Kind[Any]) -> None:
    """Give a noun the verb that shows one object."""

    @app.command("show", help=f"Show one {kind.word}.")
    def show(ref: Ref, place: Place, screen: Screen) -> None:
        with place.open() as storage:
            kind.show(screen, storage, kind.find(storage, ref))


def add_publishing(app: Noun, kind: Kind[Any]) -> None:
    """Give a noun the verbs that publish, and take that back."""

    @app.command("publish", help=f"Let a group, or everybody, read {kind.word}s.")
    def publish(refs: Refs, place: Place, screen: Screen, group: In = GLOBAL) -> None:
        _change(kind, "published", refs, place, screen, lambda storage, header: kind.publish(storage, header, group))

    @app.command("unpublish", help="Take a publication back.")
    def unpublish(refs: Refs, place: Place, screen: Screen, group: From = GLOBAL) -> None:
        _change(
            kind, "unpublished", refs, place, screen, lambda storage, header: kind.unpublish(storage, header, group)
        )


def add_delete(app: Noun, kind: Kind[Any]) -> None:
    """Give a noun the verb that deletes for good."""

    @app.command("delete", help=f"Delete {kind.word}s for good.")
    def delete(refs: Refs, place: Place, screen: Screen, consent: Consent) -> None:
        with place.open() as storage:
            doomed = kind.find_all(storage, refs)
            consent.require("this deletes for good", list(map(kind.line, doomed)))
            delete_all(kind, doomed, screen, lambda header: getattr(storage, f"delete_{kind.word}")(header.id))


def delete_all(kind: Kind[H], doomed: Sequence[H], screen: Screen, delete: Callable[[H], object]) -> None:
    """Delete objects, and say which are gone."""
    batch = Batch()
    gone = batch.do(delete, doomed, kind.line)
    screen.show_done("deleted", kind.word, gone)
    batch.finish()


def _change(
    kind: Kind[H],
    done: str,
    refs: Sequence[str],
    place: Place,
    screen: Screen,
    act: Callable[[TupliStorage, H], object],
) -> None:
    """Do something to objects, and show what they are then."""
    with place.open() as storage:
        batch = Batch()
        changed = batch.do(lambda header: act(storage, header), kind.find_all(storage, refs), kind.line)
        ids = tuple(header.id for header in changed)
        screen.show_done(done, kind.word, kind.lister(storage)(FilterIN(key="id", value=ids)))
        batch.finish()
