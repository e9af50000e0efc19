"""What all stored content has in common: an owner, a time, the groups it is published in, and how it is found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from beanie import Document
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from tupli_schemas.base import Header, is_id, new_id, now
from tupli_schemas.errors import NotFoundError
from tupli_schemas.filters import EVERYTHING, NOTHING, BaseFilter, FilterEQ
from tupli_schemas.permissions import Permission
from tupli_server.paging import Listed, PageQuery, plan
from tupli_server.policy import Actor, scope
from tupli_server.querying import Query, to_query

CONTENT_INDEXES = [
    IndexModel([("created_by", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("published_in", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("created_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("metadata.$**", ASCENDING)]),
]
"""The indexes of every kind of content; a kind adds its own."""


class StoredDocument(Document):
    """A benchmark, an artifact, an episode or a dataset. Its fields are those of its header, under the same names."""

    header_type: ClassVar[type[Header]]
    noun: ClassVar[str]
    """What people call it, as messages do: ``Benchmark``."""
    content: ClassVar[str]
    """Which rights govern it: those that begin with this word."""

    id: str = Field(default_factory=new_id)  # type: ignore[assignment]
    created_by: str
    created_at: datetime = Field(default_factory=now)
    published_in: list[str] = Field(default_factory=list)

    @classmethod
    def right(cls, verb: str) -> Permission:
        """The right to ``create``, ``read`` or ``delete`` objects of this kind."""
        return Permission(f"{cls.content}_{verb}")

    @classmethod
    def header_of(cls, document: Mapping[str, Any]) -> Header:
        """The header of a document as the database holds it; what else is stored is left out."""
        names = {field.alias or name for name, field in cls.header_type.model_fields.items()}
        shown = {name: value for name, value in document.items() if name in names}
        return cls.header_type.model_validate(shown | {"id": document["_id"]})

    def to_header(self) -> Header:
        """What lists show of it."""
        document = self.model_dump(by_alias=True)
        return self.header_of({"_id": self.id} | document)

    @classmethod
    def visible(cls, actor: Actor, permission: Permission, wanted: BaseFilter = EVERYTHING) -> Query:
        """The query for what satisfies ``wanted`` among what ``actor`` may use ``permission`` on."""
        return to_query(scope(actor, permission) & wanted, cls.header_type)

    @classmethod
    async def find_visible(cls, actor: Actor, permission: Permission, object_id: str) -> Self:
        """The object with this id.

        Raises:
            NotFoundError: There is none, or none that ``actor`` may see.
        """
        wanted = FilterEQ(key="id", value=object_id) if is_id(object_id) else NOTHING
        found = await cls.find_one(cls.visible(actor, permission, wanted))
        if found is None:
            raise NotFoundError(
                f"{cls.noun} id doesn't exist: {object_id!r}", hint=f"list the {cls.noun.lower()}s you can read"
            )
        return found

    @classmethod
    async def list_visible(
        cls, actor: Actor, permission: Permission, wanted: BaseFilter, page: PageQuery
    ) -> Listed[Header]:
        """A page of the headers that satisfy ``wanted`` and that ``actor`` may read."""
        planned = plan(cls.visible(actor, permission, wanted), page, cls.header_type)
        cursor = await cls.get_pymongo_collection().aggregate(planned.stages)
        listed = planned.listed(await cursor.to_list())
        return Listed([cls.header_of(document) for document in listed.items], listed.next)

    async def erase(self) -> None:
        """Delete it for good. A kind with a payload overrides this: the header goes first, so that only waste can stay behind."""
        await self.delete()


def content_kinds() -> list[type[StoredDocument]]:
    """Every kind of content that the server was built with."""
    return list(StoredDocument.__subclasses__())


def kind_of(header_type: type[Header]) -> type[StoredDocument]:
    """The kind of content that shows itself by such headers: how one kind asks about another without knowing it."""
    return next(kind for kind in content_kinds() if kind.header_type is header_type)


async def erase_private(owner: str) -> None:
    """Erase everything of ``owner`` that is published nowhere."""
    for kind in content_kinds():
        async for document in kind.find({"created_by": owner, "published_in": []}):
            await document.erase()


async def disown(owner: str, successor: str) -> None:
    """Give everything of ``owner`` to ``successor``: a name that nobody can have, once an account is gone."""
    for kind in content_kinds():
        await kind.get_pymongo_collection().update_many({"created_by": owner}, {"$set": {"created_by": successor}})


async def withdraw(group: str) -> None:
    """Take the name of a group off all content."""
    for kind in content_kinds():
        await kind.get_pymongo_collection().update_many({"published_in": group}, {"$pull": {"published_in": group}})
