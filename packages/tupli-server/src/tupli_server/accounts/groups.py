"""Groups: who belongs together, with which roles, and what becomes of it when a group ends."""

from collections.abc import Mapping, Sequence

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from tupli_schemas.accounts import Group, GroupMembership, GroupMembershipQuery, GroupWithMembers
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import audit, documents, policy
from tupli_server.accounts import roles, users
from tupli_server.accounts.documents import GroupDocument, GroupRoles, UserDocument, folded, is_member
from tupli_server.policy import Actor
from tupli_server.querying import Query

FOUNDER_ROLES = ("group_admin", "contributor")
"""What the creator of a group is in it."""

DEFAULT_ROLES = ("member",)
"""What somebody is who is added without a role."""


async def create(actor: Actor, group: Group) -> Group:
    """Make a group; the actor becomes its administrator, and adds content to it.

    Raises:
        ConflictError: The name is taken, by a group or a user.
        InvalidDataError: The name is reserved.
    """
    policy.require(actor, Permission.GROUP_CREATE, group=GLOBAL)
    users.check_name(group.name)
    try:
        await GroupDocument(id=folded(group.name), name=group.name, description=group.description).insert()
    except DuplicateKeyError:
        raise ConflictError(
            "Group already exists", hint="choose another name; users have names of the same kind"
        ) from None
    # A group begins with nobody and nothing, whatever an earlier one of its name may have left behind.
    await _clear_away(group.name)
    await _join({folded(actor.name): GroupRoles(group=group.name, roles=list(FOUNDER_ROLES))})
    await audit.note(actor.name, "group.create", group.name)
    return group


async def list_groups(actor: Actor) -> list[Group]:
    """The groups that one belongs to; all of them for those who may read groups everywhere."""
    if not actor.is_user:
        raise policy.denied(actor, Permission.GROUP_READ)
    everywhere = Permission.GROUP_READ in actor.everywhere
    mine = {} if everywhere else {"_id": {"$in": [folded(name) for name in actor.in_group]}}
    return [group.to_group() async for group in GroupDocument.find(mine | {"kind": "group"}, sort="_id")]


async def read(actor: Actor, name: str) -> GroupWithMembers:
    """A group and its members.

    Raises:
        NotFoundError: There is none of this name, or none that the actor belongs to.
    """
    return await _with_members(await _find(actor, name))


async def delete(actor: Actor, name: str) -> None:
    """Delete a group. Nobody belongs to it any more, and nothing is published in it. What is not there is no error.

    Raises:
        PermissionDeniedError: The actor is not allowed to.
    """
    try:
        group = await _find(actor, name)
    except NotFoundError:
        if not actor.is_user:
            raise policy.denied(actor, Permission.GROUP_DELETE) from None
        return
    policy.require(actor, Permission.GROUP_DELETE, group=group.name)
    await _clear_away(group.name)
    await group.delete()
    await audit.note(actor.name, "group.delete", group.name)


async def add_members(actor: Actor, query: GroupMembershipQuery) -> GroupWithMembers:
    """Let users belong to a group, each with roles in place of those they had there: all of them, or nobody.

    Raises:
        NotFoundError: A user, a role or the group does not exist.
        PermissionDeniedError: The actor may not change the group, or would give rights that they lack.
    """
    group = await _find(actor, query.group_name)
    policy.require(actor, Permission.GROUP_UPDATE, group=group.name)
    wanted = [item.model_copy(update={"roles": item.roles or DEFAULT_ROLES}) for item in query.members]
    found = await _members(wanted)
    now_held = [held for user in found.values() for held in user.roles_in().get(group.name, ())]
    to_give = {role for item in wanted for role in item.roles or ()}
    rights = await roles.existing(to_give) | await roles.rights_of(now_held)
    policy.require_to_grant(actor, frozenset().union(*rights.values()), group=group.name)
    await _join({folded(item.user): GroupRoles(group=group.name, roles=list(item.roles or ())) for item in wanted})
    await audit.note(actor.name, "group.add", group.name, members=[item.model_dump() for item in wanted])
    return await _with_members(group)


async def remove_members(actor: Actor, query: GroupMembershipQuery) -> GroupWithMembers:
    """Let users belong to a group no longer. Anybody may leave by themselves.

    Raises:
        NotFoundError: A user or the group does not exist.
        PermissionDeniedError: The actor may not change the group.
    """
    group = await _find(actor, query.group_name)
    names = [item.user for item in query.members]
    if not all(users.is_oneself(actor, name) for name in names):
        policy.require(actor, Permission.GROUP_UPDATE, group=group.name)
    found = await _members(query.members)
    await UserDocument.get_pymongo_collection().update_many(
        {"_id": {"$in": list(found)}, "kind": "user"}, {"$pull": {"memberships": {"group": group.name}}}
    )
    await audit.note(actor.name, "group.remove", group.name, members=names)
    return await _with_members(group)


async def _find(actor: Actor, name: str) -> GroupDocument:
    """A group that the actor may see: one of theirs, or any for those who may read groups everywhere."""
    group = await GroupDocument.named(name)
    visible = group is not None and (group.name in actor.in_group or Permission.GROUP_READ in actor.everywhere)
    if group is None or not visible:
        if not actor.is_user:
            raise policy.denied(actor, Permission.GROUP_READ)
        raise NotFoundError("Group not found", hint="list the groups you belong to")
    return group


async def _with_members(group: GroupDocument) -> GroupWithMembers:
    members = [user.name async for user in UserDocument.find(is_member(group.name), sort="_id")]
    return GroupWithMembers(name=group.name, description=group.description, members=tuple(members))


async def _members(members: Sequence[GroupMembership]) -> dict[str, UserDocument]:
    """The accounts of these users, by folded name.

    Raises:
        NotFoundError: One of them does not exist.
        InvalidDataError: One of them is named twice.
    """
    names = {folded(item.user): item.user for item in members}
    if len(names) != len(members):
        raise InvalidDataError("a user is named twice", hint="give each user once, with all roles")
    found = {user.id: user async for user in UserDocument.find({"_id": {"$in": list(names)}, "kind": "user"})}
    for folded_name, name in names.items():
        if folded_name not in found:
            raise NotFoundError(f"User {name} not found", hint="list the users there are")
    return found


async def _join(memberships: Mapping[str, GroupRoles]) -> None:
    """Give users their roles in a group, in place of those they had there, each in one step."""
    steps = [UpdateOne({"_id": user, "kind": "user"}, [_replace(held)]) for user, held in memberships.items()]
    await UserDocument.get_pymongo_collection().bulk_write(steps)


def _replace(held: GroupRoles) -> Query:
    """The update that leaves all other memberships as they are, so that two at the same time both stay."""
    is_other = {"$ne": ["$$this.group", {"$literal": held.group}]}
    others = {"$filter": {"input": "$memberships", "cond": is_other}}
    return {"$set": {"memberships": {"$concatArrays": [others, [{"$literal": held.model_dump()}]]}}}


async def _clear_away(name: str) -> None:
    """Take the name of a group off everybody and everything."""
    await UserDocument.get_pymongo_collection().update_many(
        is_member(name), {"$pull": {"memberships": {"group": name}}}
    )
    await documents.withdraw(name)
