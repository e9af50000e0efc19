"""What a folder does with objects of every kind alike: list, find, publish and delete them."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.selection import select
from tupli_client.file_storage.session import Session
from tupli_client.file_storage.writer import Writer
from tupli_client.references import KINDS, find, not_found
from tupli_schemas.base import GroupName, Header
from tupli_schemas.errors import invalid_data
from tupli_schemas.filters import EVERYTHING, BaseFilter

H = TypeVar("H", bound=Header)

_GROUP_NAME: TypeAdapter[str] = TypeAdapter(GroupName)


class Shelf(Generic[H]):
    """The objects of one kind in a folder."""

    def __init__(self, session: Session, schema: type[H]) -> None:
        self.session = session
        self.schema = schema
        self.kind = KINDS[schema]

    def headers(self, filter_: BaseFilter = EVERYTHING, sort: Sequence[str] = (), limit: int | None = None) -> list[H]:
        """The headers that satisfy a filter."""
        found = self.session.read(lambda opened: select(opened.index, self.kind, self.schema, filter_, sort, limit))
        return [read_header(self.schema, header) for header in found]

    def ids(self, filter_: BaseFilter) -> list[str]:
        """The ids of the objects that satisfy a filter: many times smaller than their headers."""
        found = self.session.read(lambda opened: select(opened.index, self.kind, self.schema, filter_))
        return [from_json(header)["id"] for header in found]

    def has(self, object_id: str) -> bool:
        """Whether there is an object of this kind with this id."""
        return self._row(object_id) is not None

    def row(self, uri: str) -> Row:
        """The row of the object that ``uri`` stands for; see ``references`` for the errors."""
        row = self._row(uri) or self._row(find(uri, self.headers, self.schema).id)
        if row is None:  # deleted since it was found
            raise not_found(uri, (), self.schema)
        return row

    def change(self, uri: str, work: Callable[[Writer, Row], None]) -> None:
        """Change the object that ``uri`` stands for; ``work`` gets it as it is while nobody else can change it."""
        object_id = self.row(uri).id

        def change(writer: Writer) -> None:
            row = writer.index.get(object_id)
            if row is None:
                raise not_found(uri, (), self.schema)
            work(writer, row)

        self.session.write(change)

    def delete(self, uri: str) -> None:
        """Delete an object."""
        self.change(uri, lambda writer, row: writer.delete(row.id))

    def publish(self, uri: str, group: str) -> None:
        """Add a publication; nothing changes if it is there."""
        try:
            _GROUP_NAME.validate_python(group)
        except ValidationError as error:
            raise invalid_data(error, f"the group {group!r}") from None
        self._set_publications(uri, lambda groups: [*groups, *({group} - set(groups))])

    def unpublish(self, uri: str, group: str) -> None:
        """Take a publication back; nothing changes if it is not there."""
        self._set_publications(uri, lambda groups: [name for name in groups if name != group])

    def _set_publications(self, uri: str, work: Callable[[list[str]], list[str]]) -> None:
        def change(writer: Writer, row: Row) -> None:
            before = from_json(row.header)["published_in"]
            if (after := work(before)) != before:
                writer.publish(row, after)

        self.change(uri, change)

    def _row(self, object_id: str) -> Row | None:
        if not object_id.isprintable():  # no id, and nothing that SQLite could be asked for
            return None
        row = self.session.read(lambda opened: opened.index.get(object_id))
        return row if row and row.kind == self.kind else None
