"""What a shell offers for REF when somebody presses the tab key."""

import typer

from tupli_client.cli.places import Place, is_server
from tupli_client.references import names
from tupli_schemas.base import Header
from tupli_schemas.errors import TupliError

MOST = 1_000
"""So many objects are looked at: more could not be read anyway."""


def refs_of_noun(context: typer.Context, incomplete: str) -> list[str]:
    """Objects of the noun whose verb is being typed."""
    noun = context.parent.info_name if context.parent else None
    return _refs(context, (noun or "").removesuffix("s"), incomplete)


def benchmarks(context: typer.Context, incomplete: str) -> list[str]:
    """Benchmarks, for ``--benchmark``."""
    return _refs(context, "benchmark", incomplete)


def _refs(context: typer.Context, word: str, incomplete: str) -> list[str]:
    """The names, and failing them the ids, that begin like this. Nothing on a server: a key press cannot wait for a network."""
    place = Place(storage=context.params.get("storage"), profile=context.params.get("profile"))
    try:
        if is_server(place.settings().storage):
            return []
        with place.open() as storage:
            headers: list[Header] = getattr(storage, f"list_{word}s")(limit=MOST)
    except TupliError:
        return []
    named = [ref for header in headers for ref in names(header)[-1:] if ref.startswith(incomplete)]
    return named or [header.id for header in headers if header.id.startswith(incomplete)]
