"""Who may do what: the one place where that is decided, without database, request or clock.

Rights reach in three ways: ``everywhere``, in a group, and over what is one's own. Ownership is ``created_by``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tupli_schemas.base import Header
from tupli_schemas.errors import PermissionDeniedError, SignInRequiredError
from tupli_schemas.filters import EVERYTHING, NOTHING, BaseFilter, FilterEQ, FilterIN
from tupli_schemas.matching import matches
from tupli_schemas.permissions import BUILT_IN_ROLES, CONTENT_READ, GLOBAL, GUEST, Permission

ALL = frozenset(Permission)

GLOBAL_ROLES = ("global_member", "contributor")
"""What everybody who is signed in is in ``global``."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a request, with all that decides about it."""

    name: str
    everywhere: frozenset[Permission] = frozenset()
    in_group: Mapping[str, frozenset[Permission]] = field(default_factory=dict)
    over_own: frozenset[Permission] = ALL
    """Rights over one's own things: all of them, less what a token leaves out; none for guests."""
    session_id: str | None = None
    """The sign-in that the request belongs to; None for personal access tokens, which are for scripts."""

    @property
    def is_user(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.name) and self.name != GUEST


NOBODY = Actor(name="", over_own=frozenset())
"""Who acts when nobody is signed in and guests are not let in."""

THE_GUEST = Actor(name=GUEST, in_group={GLOBAL: BUILT_IN_ROLES["guest"]}, over_own=frozenset())
"""Who acts when nobody is signed in where guests are let in."""


def signed_in(
    name: str,
    server_roles: Iterable[str],
    group_roles: Mapping[str, Iterable[str]],
    rights_of: Mapping[str, frozenset[Permission]],
    only: frozenset[Permission] = ALL,
    session_id: str | None = None,
) -> Actor:
    """A signed-in user as an actor. ``only`` is what the token lets its owner do; a role that is no more grants nothing."""

    def rights(roles: Iterable[str]) -> frozenset[Permission]:
        return only.intersection({right for role in roles for right in rights_of.get(role, ())})

    in_group = {group: rights(roles) for group, roles in group_roles.items()}
    in_group[GLOBAL] = rights(GLOBAL_ROLES)
    return Actor(name, rights(server_roles), in_group, only, session_id)


def scope(actor: Actor, permission: Permission) -> BaseFilter:
    """The objects on which ``actor`` may use ``permission``.

    A group shares reading. Changing and deleting stays with the owner and with those who may do it everywhere.
    """
    if permission in actor.everywhere:
        return EVERYTHING
    own = FilterEQ(key="created_by", value=actor.name) if permission in actor.over_own else NOTHING
    if permission not in CONTENT_READ:
        return own
    groups = tuple(sorted(group for group, granted in actor.in_group.items() if permission in granted))
    return own | FilterIN(key="published_in", value=groups)


def may(actor: Actor, permission: Permission, *, group: str | None = None) -> bool:
    """Whether ``actor`` holds the right everywhere or, if a group is given, in that group."""
    return permission in actor.everywhere or permission in actor.in_group.get(group or "", ())


def rights_in(actor: Actor, group: str) -> frozenset[Permission]:
    """All rights that ``actor`` holds in a group."""
    return actor.everywhere | actor.in_group.get(group, frozenset())


def require(actor: Actor, permission: Permission, header: Header | None = None, *, group: str | None = None) -> None:
    """Refuse unless ``actor`` may use ``permission`` on the object, in the group or, with neither given, everywhere.

    Raises:
        SignInRequiredError: Nobody is signed in, and somebody who is might be allowed to.
        PermissionDeniedError: The actor lacks the right.
    """
    allowed = may(actor, permission, group=group) if header is None else matches(scope(actor, permission), header)
    if not allowed:
        raise denied(actor, permission, group=group)


def denied(actor: Actor, permission: Permission, *, group: str | None = None) -> Exception:
    """What is raised when ``actor`` lacks a right."""
    if not actor.name:
        return SignInRequiredError("this needs somebody who is signed in", hint="sign in and send the access token")
    where = f" in the group {group!r}" if group else ""
    hint = "ask an administrator for a role that grants it" if actor.is_user else "sign in first"
    return PermissionDeniedError(f"{actor.name!r} lacks the right {permission.value!r}{where}", hint=hint)


def require_session(actor: Actor, what: str) -> None:
    """Refuse unless ``actor`` signed in with a password: a token for scripts cannot be turned into more than it is.

    Raises:
        SignInRequiredError: Nobody is signed in.
        PermissionDeniedError: The request came with a personal access token, or from a guest.
    """
    if actor.session_id is None:
        if not actor.name:
            raise SignInRequiredError(f"{what} needs somebody who is signed in", hint="sign in with your password")
        raise PermissionDeniedError(f"{what} needs a sign-in with a password", hint="sign in instead of using a token")


def require_to_grant(actor: Actor, rights: Iterable[Permission], *, group: str | None = None) -> None:
    """Refuse unless ``actor`` holds all ``rights`` in the group (server-wide, if none is given): nobody gives what they lack.

    Raises:
        PermissionDeniedError: A right is missing; the message names it.
    """
    held = actor.everywhere if group is None else rights_in(actor, group)
    if missing := sorted(set(rights) - held):
        where = f"in the group {group!r}" if group else "server-wide"
        raise PermissionDeniedError(
            f"this gives or takes rights that {actor.name!r} lacks {where}: {', '.join(missing)}",
            hint="ask somebody who holds them",
        )


def require_publish(actor: Actor, create: Permission, header: Header, group: str) -> None:
    """Refuse unless ``actor`` owns the object and may add to ``group``; ``create`` is the right to create such objects.

    Raises:
        PermissionDeniedError: The object is somebody else's, or the group is not open to the actor.
    """
    if header.created_by != actor.name or create not in actor.over_own:
        raise PermissionDeniedError(f"only {header.created_by!r} can publish this", hint="ask its owner")
    if create not in rights_in(actor, group):
        raise denied(actor, create, group=group)


def require_unpublish(actor: Actor, delete: Permission, header: Header, group: str) -> None:
    """Refuse unless ``actor`` owns the object or may delete in ``group``; ``delete`` is the right to delete such objects.

    Raises:
        PermissionDeniedError: Neither is the case.
    """
    if not matches(scope(actor, delete), header) and delete not in rights_in(actor, group):
        raise denied(actor, delete, group=group)
