"""Who an API client is: the tokens of one signed-in user, renewed when they have run out."""

from tupli_client.credentials import Credentials, SignIn
from tupli_client.transport import Send
from tupli_schemas.errors import SignInRequiredError


class SignedIn:
    """The identity of one client object: its own token, or the sign-in that is kept for its server."""

    def __init__(self, server: str, credentials: Credentials, token: str | None = None) -> None:
        self._server = server
        self._credentials = credentials
        self._fixed = token
        self._kept = False
        self._sign_in: SignIn | None = None
        if token is None and server:
            self._sign_in = credentials.read(server)
            self._kept = self._sign_in is not None

    @property
    def token(self) -> str | None:
        """The bearer token, if somebody is signed in."""
        return self._fixed or (self._sign_in.access if self._sign_in else None)

    @property
    def username(self) -> str | None:
        """Who is signed in, as far as this client knows."""
        return self._sign_in.username if self._sign_in else None

    def sign_in(self, sign_in: SignIn, *, keep: bool) -> None:
        """Be this user from now on; with ``keep`` in later processes too."""
        self._fixed, self._sign_in, self._kept = None, sign_in, keep
        if keep:
            self._credentials.write(self._server, sign_in)

    def sign_out(self) -> None:
        """Be nobody from now on."""
        if self._kept:
            self._credentials.forget(self._server)
        self._fixed, self._sign_in, self._kept = None, None, False

    def renew(self, send: Send) -> bool:
        """Exchange the refresh token for a new pair; False if there is none, or it is no longer good."""
        if self._sign_in is None or self._sign_in.refresh is None:
            return False
        if self._renewed_elsewhere():
            return True
        try:
            answer = send(
                "POST", "/access/users/refresh-token", headers={"Authorization": f"Bearer {self._sign_in.refresh}"}
            ).json()
        except SignInRequiredError:
            return False
        refresh = (answer.get("refresh_token") or {}).get("token", self._sign_in.refresh)
        self.sign_in(SignIn(self._sign_in.username, answer["token"], refresh), keep=self._kept)
        return True

    def _renewed_elsewhere(self) -> bool:
        """Another process may have renewed the kept sign-in: a refresh token is good for one exchange only."""
        kept = self._credentials.read(self._server) if self._kept else None
        if kept is None or kept == self._sign_in:
            return False
        self._sign_in = kept
        return True
