"""Roles: named sets of rights. The built-in ones stand in ``tupli_schemas.permissions``, others in the database."""

from collections.abc import Iterable

from pymongo.errors import DuplicateKeyError

from tupli_schemas.accounts import UserRole
from tupli_schemas.errors import ConflictError, NotFoundError
from tupli_schemas.permissions import BUILT_IN_ROLES, Permission
from tupli_server import audit, policy
from tupli_server.accounts.documents import RoleDocument, UserDocument, folded
from tupli_server.policy import Actor

DESCRIPTIONS = {
    "admin": "Everything, everywhere.",
    "content_admin": "All rights over content.",
    "user_admin": "All rights over users.",
    "group_admin": "Manages a group and sees who its users are.",
    "contributor": "Adds content and reads it.",
    "member": "Reads content, the group and its users.",
    "global_member": "What everybody who is signed in may do in public.",
    "guest": "Reads what is public.",
}


async def list_roles(actor: Actor) -> list[UserRole]:
    """Every role, the built-in ones first."""
    if not actor.is_user:
        raise policy.denied(actor, Permission.USER_READ)
    built_in = [
        UserRole(role=role, rights=tuple(sorted(rights)), description=DESCRIPTIONS[role])
        for role, rights in BUILT_IN_ROLES.items()
    ]
    return built_in + [role.to_role() async for role in RoleDocument.find(sort="_id")]


async def create(actor: Actor, role: UserRole) -> UserRole:
    """Make a role, with rights that one has.

    Raises:
        ConflictError: There is a role of this name.
        PermissionDeniedError: The actor cannot make roles, or lacks one of the rights.
    """
    policy.require(actor, Permission.ROLE_MANAGEMENT)
    policy.require_to_grant(actor, role.rights)
    taken = ConflictError("Role already exists", hint="choose another name")
    if folded(role.role) in BUILT_IN_ROLES:
        raise taken
    document = RoleDocument(
        id=folded(role.role), role=role.role, rights=list(role.rights), description=role.description
    )
    if await RoleDocument.get(document.id) is None:
        await _take_from_everybody(role.role)
    try:
        await document.insert()
    except DuplicateKeyError:
        raise taken from None
    await audit.note(actor.name, "role.create", role.role, rights=list(role.rights))
    return role


async def delete(actor: Actor, name: str) -> None:
    """Delete a role; whoever had it has it no longer. Deleting what is not there does nothing.

    Raises:
        ConflictError: It is a built-in one.
        PermissionDeniedError: The actor cannot manage roles, or lacks one of its rights.
    """
    policy.require(actor, Permission.ROLE_MANAGEMENT)
    if folded(name) in BUILT_IN_ROLES:
        raise ConflictError(f"the role {name!r} is built in and cannot be deleted")
    document = await RoleDocument.get(folded(name))
    if document is None:
        return
    policy.require_to_grant(actor, document.rights)
    await _take_from_everybody(document.role)
    await document.delete()
    await audit.note(actor.name, "role.delete", document.role)


async def _take_from_everybody(role: str) -> None:
    """A role of the same name that is made later must not reach anybody."""
    await UserDocument.get_pymongo_collection().update_many(
        {"kind": "user"}, {"$pull": {"server_roles": role, "memberships.$[].roles": role}}
    )


async def rights_of(roles: Iterable[str]) -> dict[str, frozenset[Permission]]:
    """The rights of these roles. A role that does not exist is left out."""
    wanted = set(roles)
    rights = {role: BUILT_IN_ROLES[role] for role in wanted & BUILT_IN_ROLES.keys()}
    if others := sorted(wanted - rights.keys()):
        found = RoleDocument.find({"_id": {"$in": [folded(role) for role in others]}})
        rights |= {role.role: frozenset(role.rights) async for role in found}
    return rights


async def existing(roles: Iterable[str]) -> dict[str, frozenset[Permission]]:
    """The rights of these roles.

    Raises:
        NotFoundError: One of them does not exist.
    """
    wanted = sorted(set(roles))
    found = await rights_of(wanted)
    for role in wanted:
        if role not in found:
            raise NotFoundError(f"Role {role} not found", hint="list the roles there are")
    return found
