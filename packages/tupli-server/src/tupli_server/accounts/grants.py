"""Which roles a user has: given and taken only by those who hold all rights that change hands."""

from collections.abc import Iterable, Mapping

from tupli_schemas.accounts import Membership, User
from tupli_schemas.errors import NotFoundError
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import audit, policy
from tupli_server.accounts import roles, users
from tupli_server.accounts.documents import GroupDocument, GroupRoles, UserDocument
from tupli_server.accounts.schemas import RolesChange
from tupli_server.policy import GLOBAL_ROLES, Actor

IMPLIED = frozenset({*GLOBAL_ROLES, "guest"})
"""Roles that speak of ``global`` alone: everybody has the first two there, so naming them changes nothing."""


async def change_roles(actor: Actor, change: RolesChange) -> User:
    """Give a user the roles of ``change`` in place of those they have.

    Raises:
        NotFoundError: The user, a role or a group does not exist.
        PermissionDeniedError: The actor may not change users, or a right changes hands that they lack.
        ConflictError: The last administrator would go.
    """
    policy.require(actor, Permission.USER_UPDATE)
    user = await users.find(change.username)
    server_wide, in_groups = _wanted(user, change)
    await _require_groups(in_groups.keys() - user.roles_in().keys())
    await _require_rights(actor, user, server_wide, in_groups)
    if "admin" not in server_wide:
        await users.keep_an_administrator(user)
    user.server_roles = server_wide
    user.memberships = [GroupRoles(group=group, roles=held) for group, held in in_groups.items()]
    await UserDocument.find({"_id": user.id, "account_id": user.account_id}).update(
        {"$set": {"server_roles": server_wide, "memberships": [held.model_dump() for held in user.memberships]}}
    )
    await audit.note(actor.name, "user.roles", user.name, server_wide=server_wide, in_groups=in_groups)
    return user.to_user()


def _wanted(user: UserDocument, change: RolesChange) -> tuple[list[str], dict[str, list[str]]]:
    """The server-wide roles and those in groups that ``change`` asks for."""
    if change.memberships is None:
        return _server_wide(change.roles or ()), user.roles_in()
    memberships: tuple[Membership, ...] = change.memberships
    in_groups = {item.group: list(item.roles) for item in memberships if item.group != GLOBAL and item.roles}
    return _server_wide(role for item in memberships if item.group == GLOBAL for role in item.roles), in_groups


def _server_wide(names: Iterable[str]) -> list[str]:
    return sorted(set(names) - IMPLIED)


async def _require_groups(names: Iterable[str]) -> None:
    for name in names:
        group = await GroupDocument.named(name)
        if group is None or group.name != name:
            raise NotFoundError("Group not found", hint=f"there is no group {name!r}")


async def _require_rights(
    actor: Actor, user: UserDocument, server_wide: list[str], in_groups: Mapping[str, list[str]]
) -> None:
    """Every role that is given or taken counts; those that stay as they are do not."""
    given = set(server_wide).union(*in_groups.values())
    rights = await roles.existing(given) | await roles.rights_of(_all_roles(user))
    changed = set(server_wide) ^ set(user.server_roles)
    policy.require_to_grant(actor, _rights(changed, rights))
    before = user.roles_in()
    for group in before.keys() | in_groups.keys():
        changed = set(before.get(group, ())) ^ set(in_groups.get(group, ()))
        policy.require_to_grant(actor, _rights(changed, rights), group=group)


def _all_roles(user: UserDocument) -> set[str]:
    return set(user.server_roles).union(*(held.roles for held in user.memberships))


def _rights(names: Iterable[str], rights: Mapping[str, frozenset[Permission]]) -> frozenset[Permission]:
    return frozenset(right for name in names for right in rights.get(name, ()))
