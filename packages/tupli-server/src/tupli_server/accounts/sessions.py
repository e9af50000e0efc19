"""Sign-ins: a password for a pair of tokens, their renewal, and their end."""

from datetime import datetime, timedelta

from pymongo import ReturnDocument

from tupli_schemas.accounts import Token, UserCredentials
from tupli_schemas.base import new_id, now
from tupli_schemas.errors import SignInRequiredError
from tupli_server import audit, policy
from tupli_server.accounts.documents import SessionDocument, TokenDocument, UserDocument, folded
from tupli_server.accounts.schemas import Renewal, TokenPair
from tupli_server.auth.context import Auth
from tupli_server.auth.throttle import attempt
from tupli_server.auth.tokens import Purpose
from tupli_server.policy import Actor


async def sign_in(credentials: UserCredentials, address: str, auth: Auth) -> TokenPair:
    """A pair of tokens for a name and its password.

    Raises:
        SignInRequiredError: Name or password is wrong; which of them is not said, not even by the time it takes.
        TooManyRequestsError: Too many attempts failed in the last minute.
    """
    async with attempt(auth.settings.sign_in_limit, f"name {folded(credentials.username)}", f"address {address}"):
        user = await UserDocument.named(credentials.username)
        password = credentials.password.get_secret_value()
        if not await auth.passwords.check(password, user and user.password) or user is None:
            # A name that is no user's may be a password, typed in the wrong place.
            await audit.note(user.name if user else "unknown", "session.refused", address)
            raise SignInRequiredError("Incorrect username or password", hint="check both; capital letters count")
    if auth.passwords.is_outdated(user.password):
        await _renew_hash(user, password, auth)
    session = SessionDocument(user=user.id, account_id=user.account_id, expires_at=_end(auth))
    await session.insert()
    await audit.note(user.name, "session.create", address)
    return TokenPair(access_token=_access(user.name, session, auth), refresh_token=_refresh(user.name, session, auth))


async def renew(token: str, auth: Auth) -> Renewal:
    """A new pair of tokens for a refresh token, which is used up by that.

    A refresh token that comes back was stolen, or its successor was: the whole sign-in ends. There is one exception, for older
    clients that know of no successors: as long as nobody has used it, the token renews again, once what it gave before has run out.

    Raises:
        SignInRequiredError: The token is not valid, or no longer.
    """
    claims = auth.tokens.read(token, Purpose.REFRESH)
    session = await _take_turn(claims.session_id, claims.token_id, auth)
    if session is None:
        await _end_stolen(claims.session_id)
        raise SignInRequiredError("the refresh token was used before or its sign-in has ended", hint="sign in again")
    user = await UserDocument.find_one({"_id": session.user, "account_id": session.account_id})
    if user is None:
        raise SignInRequiredError("the account does not exist any more")
    access = _access(user.name, session, auth)
    return Renewal(token=access.token, access_token=access.token, refresh_token=_refresh(user.name, session, auth))


async def sign_out(actor: Actor) -> None:
    """End the sign-in that the request belongs to: its tokens are worth nothing from now on."""
    policy.require_session(actor, "signing out")
    await SessionDocument.find({"_id": actor.session_id}).delete()
    await audit.note(actor.name, "session.delete", actor.name)


async def end_all(user: UserDocument) -> None:
    """End every sign-in and every personal access token of a user."""
    await SessionDocument.find({"user": user.id}).delete()
    await TokenDocument.find({"user": user.id}).delete()


async def _renew_hash(user: UserDocument, password: str, auth: Auth) -> None:
    """Hash a password that was hashed in an older way once more, unless it was changed meanwhile."""
    renewed = await auth.passwords.rehash(password)
    await UserDocument.find({"_id": user.id, "password": user.password}).update({"$set": {"password": renewed}})


async def _take_turn(session_id: str, refresh_id: str, auth: Auth) -> SessionDocument | None:
    """Move a session on from a refresh token, by compare-and-set; None if it is not that token's turn."""
    moment = now()
    runs_out = moment + timedelta(minutes=auth.settings.access_token_minutes)
    step = {"previous_until": runs_out, "expires_at": _end(auth)}
    in_turn = {"_id": session_id, "refresh_id": refresh_id}
    again = {"_id": session_id, "previous_id": refresh_id, "previous_until": {"$lte": moment}}
    collection = SessionDocument.get_pymongo_collection()
    for query, change in ((in_turn, step | {"refresh_id": new_id(), "previous_id": refresh_id}), (again, step)):
        found = await collection.find_one_and_update(query, {"$set": change}, return_document=ReturnDocument.AFTER)
        if found is not None:
            session: SessionDocument = SessionDocument.model_validate(found)
            return session
    return None


async def _end_stolen(session_id: str) -> None:
    found = await SessionDocument.get_pymongo_collection().find_one_and_delete({"_id": session_id})
    if found is not None:
        await audit.note(found["user"], "session.reused", session_id)


def _access(username: str, session: SessionDocument, auth: Auth) -> Token:
    lifetime = timedelta(minutes=auth.settings.access_token_minutes)
    return Token(token=auth.tokens.make(Purpose.ACCESS, username, session.id, lifetime))


def _refresh(username: str, session: SessionDocument, auth: Auth) -> Token:
    lifetime = timedelta(days=auth.settings.refresh_token_days)
    return Token(token=auth.tokens.make(Purpose.REFRESH, username, session.id, lifetime, session.refresh_id))


def _end(auth: Auth) -> datetime:
    return now() + timedelta(days=auth.settings.refresh_token_days)
