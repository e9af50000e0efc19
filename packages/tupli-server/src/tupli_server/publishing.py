"""Publishing and taking back, once for every kind of content."""

from pydantic import TypeAdapter, ValidationError

from tupli_schemas.base import GroupName
from tupli_schemas.errors import NotFoundError, invalid_data
from tupli_schemas.permissions import GLOBAL
from tupli_server import audit, policy
from tupli_server.documents import StoredDocument
from tupli_server.policy import Actor

_NAME: TypeAdapter[str] = TypeAdapter(GroupName)


async def publish(actor: Actor, kind: type[StoredDocument], object_id: str, group: str) -> None:
    """Let ``group`` read an object. Doing so again changes nothing.

    Raises:
        InvalidDataError: No group can have that name.
        NotFoundError: There is no such object or no such group.
        PermissionDeniedError: It is somebody else's, or the actor cannot add to the group.
    """
    _check_name(group)
    document = await kind.find_visible(actor, kind.right("read"), object_id)
    policy.require_publish(actor, kind.right("create"), document.to_header(), group)
    await _require_group(kind, group)
    # One operation on the one field: five who publish into five groups at once keep all five.
    await kind.get_pymongo_collection().update_one({"_id": object_id}, {"$addToSet": {"published_in": group}})
    await audit.note(actor.name, f"{kind.noun.lower()}.publish", object_id, group=group)


async def unpublish(actor: Actor, kind: type[StoredDocument], object_id: str, group: str) -> None:
    """Take a publication back. Where there is none, nothing changes.

    Raises:
        NotFoundError: There is no such object.
        PermissionDeniedError: It is somebody else's, and the actor cannot delete in the group.
    """
    document = await kind.find_visible(actor, kind.right("read"), object_id)
    policy.require_unpublish(actor, kind.right("delete"), document.to_header(), group)
    await kind.get_pymongo_collection().update_one({"_id": object_id}, {"$pull": {"published_in": group}})
    await audit.note(actor.name, f"{kind.noun.lower()}.unpublish", object_id, group=group)


def _check_name(group: str) -> None:
    try:
        _NAME.validate_python(group)
    except ValidationError as error:
        raise invalid_data(error, "the name of the group") from None


async def _require_group(kind: type[StoredDocument], group: str) -> None:
    """Members have proved that their group exists; those who may do everything everywhere have not."""
    accounts = kind.get_pymongo_collection().database["accounts"]
    if group != GLOBAL and not await accounts.find_one({"kind": "group", "name": group}, {"_id": 1}):
        raise NotFoundError("Group not found", hint="list the groups that there are")
