"""Personal access tokens: what scripts sign in with, limited to some rights and to some time."""

from tupli_schemas.accounts import NewToken, TokenHeader, TokenRequest
from tupli_schemas.base import now
from tupli_schemas.errors import ConflictError, SignInRequiredError
from tupli_server import audit, policy
from tupli_server.accounts.documents import TokenDocument, UserDocument, folded
from tupli_server.accounts.identities import new_token
from tupli_server.policy import Actor

MAX_TOKENS = 100


async def create(actor: Actor, request: TokenRequest) -> NewToken:
    """Make a token; this is the only time that it is shown.

    Raises:
        ConflictError: It would have run out already, or the user has too many tokens.
    """
    policy.require_session(actor, "making a personal access token")
    if request.expires_at is not None and request.expires_at <= now():
        raise ConflictError("expires_at lies in the past", hint="give a time to come, or none")
    user = await UserDocument.named(actor.name)
    if user is None:
        raise SignInRequiredError("the account does not exist any more")
    if await TokenDocument.find({"user": user.id}).count() >= MAX_TOKENS:
        raise ConflictError(f"there are {MAX_TOKENS} tokens already", hint="delete one that is not used any more")
    token_id, token, secret_hash = new_token()
    document = TokenDocument(
        id=token_id,
        user=user.id,
        account_id=user.account_id,
        name=request.name,
        secret_hash=secret_hash,
        rights=None if request.rights is None else list(request.rights),
        expires_at=request.expires_at,
    )
    await document.insert()
    await audit.note(actor.name, "token.create", token_id, rights=document.rights)
    return NewToken(**document.to_header().model_dump(), token=token)


async def list_tokens(actor: Actor) -> list[TokenHeader]:
    """One's own tokens, the oldest first."""
    policy.require_session(actor, "listing personal access tokens")
    return [token.to_header() async for token in TokenDocument.find({"user": folded(actor.name)}, sort="_id")]


async def delete(actor: Actor, token_id: str) -> None:
    """Revoke one of one's own tokens. Deleting what is not there does nothing."""
    policy.require_session(actor, "deleting a personal access token")
    await TokenDocument.find({"_id": token_id, "user": folded(actor.name)}).delete()
    await audit.note(actor.name, "token.delete", token_id)
