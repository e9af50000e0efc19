"""Users: making accounts, showing them, and removing them with what is private to them."""

from datetime import timedelta
from typing import Literal

from beanie.odm.queries.find import FindMany
from pydantic import TypeAdapter, ValidationError
from pymongo.errors import DuplicateKeyError

from tupli_schemas.accounts import Membership, User
from tupli_schemas.base import UserName, now
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError, PermissionDeniedError, invalid_data
from tupli_schemas.permissions import GLOBAL, RESERVED_NAMES, Permission
from tupli_server import audit, documents, policy
from tupli_server.accounts import roles, sessions
from tupli_server.accounts.documents import UserDocument, folded
from tupli_server.accounts.schemas import NewUser, PasswordChange
from tupli_server.auth.context import Auth
from tupli_server.auth.throttle import attempt
from tupli_server.policy import Actor

_NAME: TypeAdapter[str] = TypeAdapter(UserName)

ARRIVAL = timedelta(minutes=5)
"""An account that takes longer to come into being was given up half-way, and its name is free again."""


async def create(actor: Actor, new: NewUser, address: str, auth: Auth) -> User:
    """Make an account.

    Raises:
        ConflictError: The name is taken, by a user or a group.
        InvalidDataError: The name or the password cannot be one.
        PermissionDeniedError: Sign-up is not open, and the actor cannot make users.
    """
    if not auth.settings.open_signup:
        policy.require(actor, Permission.USER_CREATE)
    name = check_name(new.username)
    async with attempt(auth.settings.sign_in_limit, f"address {address}"):
        if await UserDocument.get_pymongo_collection().find_one({"_id": folded(name), "kind": {"$ne": "arriving"}}):
            raise _taken()
        user = await add(name, new.password.get_secret_value(), auth)
    await audit.note(actor.name or name, "user.create", name, address=address)
    return user.to_user()


async def add(name: str, password: str, auth: Auth, *, server_roles: tuple[str, ...] = ()) -> UserDocument:
    """Store a new account, which begins with nothing: what an earlier one of its name left behind is not its own."""
    stored = await auth.passwords.hash(password)
    user = UserDocument(id=folded(name), kind="arriving", name=name, password=stored, server_roles=list(server_roles))
    await UserDocument.find({"_id": user.id, "kind": "arriving", "created_at": {"$lt": now() - ARRIVAL}}).delete()
    try:
        await user.insert()
    except DuplicateKeyError:
        raise _taken() from None
    # The name is held and nobody acts under it yet, so whatever is there of it is an earlier account's.
    await _clear_away(name)
    if not await _become(user, "user"):
        raise _taken()
    return user


async def me(actor: Actor) -> User:
    """The account of whoever asks."""
    user = await UserDocument.named(actor.name) if actor.is_user else None
    if user is None:
        raise policy.denied(actor, Permission.USER_READ)
    return user.to_user()


async def list_users(actor: Actor) -> list[User]:
    """Every user. Of their groups, one sees those that one belongs to oneself, unless one manages users or groups."""
    policy.require(actor, Permission.USER_READ, group=GLOBAL)
    sees_all = bool({Permission.USER_READ, Permission.GROUP_READ} & actor.everywhere)
    users = [user.to_user() async for user in UserDocument.find({"kind": "user"}, sort="_id")]
    return users if sees_all else [_as_seen_by(actor, user) for user in users]


async def change_password(actor: Actor, change: PasswordChange, auth: Auth) -> None:
    """Give a user a new password, and end every sign-in and token that the old one was good for.

    Raises:
        PermissionDeniedError: The old password is not right, or it is another's account and the actor may not change it.
        NotFoundError: There is no such user.
    """
    _require_for(actor, change.username, Permission.USER_UPDATE, "changing one's own password")
    user = await find(change.username)
    if is_oneself(actor, user.name):
        await _check_old_password(user, change, auth)
    else:
        await require_power_over(actor, user)
    stored = await auth.passwords.hash(change.password.get_secret_value())
    await UserDocument.find({"_id": user.id, "account_id": user.account_id}).update({"$set": {"password": stored}})
    await sessions.end_all(user)
    await audit.note(actor.name, "user.password", user.name)


async def delete(actor: Actor, name: str) -> None:
    """Remove an account and its private content. What it published stays, and belongs to nobody who could sign in.

    Deleting what is not there does nothing.

    Raises:
        PermissionDeniedError: It is another's account, and the actor may not delete it.
        ConflictError: It is the last administrator.
    """
    _require_for(actor, name, Permission.USER_DELETE, "deleting one's own account")
    user = await UserDocument.find_one({"_id": folded(name), "kind": {"$in": ["user", "leaving"]}})
    if user is None:
        return
    if not is_oneself(actor, user.name):
        await require_power_over(actor, user)
    await keep_an_administrator(user)
    await _become(user, "leaving")
    await sessions.end_all(user)
    await _clear_away(user.name)
    # The account goes last: whatever interrupts this, it can be done again.
    await user.delete()
    await audit.note(actor.name, "user.delete", user.name)


async def find(name: str) -> UserDocument:
    """The user of this name.

    Raises:
        NotFoundError: There is none.
    """
    user = await UserDocument.named(name)
    if user is None:
        raise NotFoundError(f"User {name} not found", hint="list the users there are")
    return user


def is_oneself(actor: Actor, name: str) -> bool:
    """Whether the user of this name is the actor."""
    return actor.is_user and folded(name) == folded(actor.name)


async def require_power_over(actor: Actor, user: UserDocument) -> None:
    """Refuse to act on an account that holds server-wide rights which ``actor`` lacks: it would be a way to get them."""
    rights = await roles.rights_of(user.server_roles)
    policy.require_to_grant(actor, frozenset().union(*rights.values()))


async def keep_an_administrator(user: UserDocument) -> None:
    """Refuse to take the last administrator away.

    Raises:
        ConflictError: ``user`` is it.
    """
    if "admin" not in user.server_roles:
        return
    if not await administrators().find({"_id": {"$ne": user.id}}).count():
        raise ConflictError(f"{user.name!r} is the last administrator", hint="make somebody else one first")


def administrators() -> FindMany[UserDocument]:
    """Those who may do everything."""
    return UserDocument.find({"kind": "user", "server_roles": "admin"})


def check_name(name: str) -> str:
    """A name that a user or a group may have.

    Raises:
        InvalidDataError: It is reserved, or no name.
    """
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        raise invalid_data(error, "the name") from None
    if folded(name) in RESERVED_NAMES:
        raise InvalidDataError(f"the name {name!r} is reserved", hint="choose another one")
    return name


def _require_for(actor: Actor, name: str, right: Permission, what: str) -> None:
    """One's own account takes a sign-in with a password, another's a server-wide right."""
    if is_oneself(actor, name):
        policy.require_session(actor, what)
    else:
        policy.require(actor, right)


async def _check_old_password(user: UserDocument, change: PasswordChange, auth: Auth) -> None:
    if change.old_password is None:
        raise PermissionDeniedError("changing your own password needs the old one", hint="send it as old_password")
    async with attempt(auth.settings.sign_in_limit, f"name {user.id}"):
        if not await auth.passwords.check(change.old_password.get_secret_value(), user.password):
            raise PermissionDeniedError("the old password is not right")


async def _become(user: UserDocument, kind: Literal["user", "leaving"]) -> bool:
    """Take the next step of an account's life; whether it was still there to take it."""
    changed = await UserDocument.get_pymongo_collection().update_one(
        {"_id": user.id, "account_id": user.account_id}, {"$set": {"kind": kind}}
    )
    return changed.matched_count == 1


async def _clear_away(name: str) -> None:
    """Erase what is private to a name and give away what it published, so that nobody comes into it by taking the name."""
    await documents.erase_private(name)
    await documents.disown(name, f"deleted:{name}")


def _as_seen_by(actor: Actor, user: User) -> User:
    if user.username == actor.name:
        return user
    shared: tuple[Membership, ...] = tuple(item for item in user.memberships if item.group in actor.in_group)
    return user.model_copy(update={"memberships": shared})


def _taken() -> ConflictError:
    return ConflictError("User already exists", hint="choose another name")
