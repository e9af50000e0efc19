"""Many episodes to a server and back: each request carries a stream of frames (``tupli_schemas.frames``)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
import urllib3
from pydantic import TypeAdapter

from tupli_client.storage import Progress, Selection
from tupli_client.transport import unreachable
from tupli_schemas import codec, frames
from tupli_schemas.base import new_id
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeUpload
from tupli_schemas.errors import ChecksumError, InvalidDataError, Problem, TupliError, UnreachableError, from_problem
from tupli_schemas.filters import BaseFilter
from tupli_schemas.payload import Buffer, checksum_of

BATCH_BYTES = 32 << 20
"""How much payload travels in one request, unless a single episode is larger."""

BATCH_EPISODES = 5_000
MEDIA_TYPE = "application/vnd.tupli.frames"
ATTEMPTS = 5
"""How often a download is taken up again after an interruption, without a single episode arriving in between."""

_HEADERS: TypeAdapter[list[EpisodeHeader]] = TypeAdapter(list[EpisodeHeader])


class Send(Protocol):
    """``TupliAPIClient._send``."""

    def __call__(self, method: str, path: str, **request: Any) -> requests.Response: ...


@dataclass
class _Body:
    """The frames of some episodes, with a length and as often as a retry asks for them."""

    buffers: list[Buffer] = field(default_factory=list)
    n_episodes: int = 0
    n_bytes: int = 0

    def add(self, episode: Episode) -> None:
        payload = codec.encode(episode.data)
        upload = EpisodeUpload(
            id=episode.id or new_id(),
            benchmark_id=episode.benchmark_id,
            metadata=episode.metadata,
            abandoned=episode.abandoned,
            recording=episode.recording,
            checksum=payload.checksum,
        )
        written = frames.write(upload.model_dump_json().encode(), payload.buffers, position=self.n_bytes)
        self.buffers += written
        self.n_bytes += sum(map(len, written))
        self.n_episodes += 1

    @property
    def is_full(self) -> bool:
        return self.n_bytes >= BATCH_BYTES or self.n_episodes >= BATCH_EPISODES

    def __len__(self) -> int:
        return self.n_bytes

    def __iter__(self) -> Iterator[Buffer]:
        return iter(self.buffers)


def upload(send: Send, episodes: Iterable[Episode], progress: Progress | None) -> list[EpisodeHeader]:
    """Send episodes, as many in one request as fit, and return their headers in order."""
    headers: list[EpisodeHeader] = []
    n_bytes = 0
    for body in _bodies(episodes):
        answer = send("POST", "/episodes/upload", data=body, headers={"Content-Type": MEDIA_TYPE}, repeatable=True)
        headers += _HEADERS.validate_json(answer.content, extra="ignore")
        n_bytes += len(body)
        if progress:
            progress(len(headers), n_bytes)
    return headers


def _bodies(episodes: Iterable[Episode]) -> Iterator[_Body]:
    body = _Body()
    for episode in episodes:
        body.add(episode)
        if body.is_full:
            yield body
            body = _Body()
    if body.n_episodes:
        yield body


def download(send: Send, selection: Selection) -> Iterator[Episode]:
    """The episodes of a selection, in its order."""
    if isinstance(selection, BaseFilter):
        return Download(send, {"filter": selection.model_dump(mode="json")})
    ids = [item if isinstance(item, str) else item.id for item in selection]
    return Download(send, {"ids": ids}) if ids else iter(())


class Download(Iterator[Episode]):
    """Episodes from a server, read as they are asked for, and taken up again where an interruption left off.

    A damaged or missing episode raises its error; the iterator may be asked on for those that follow.
    """

    def __init__(self, send: Send, selection: dict[str, Any]) -> None:
        self._send = send
        self._selection = selection
        self._received = 0
        self._last_id: str | None = None
        self._attempts_left = ATTEMPTS
        self._frames: Iterator[frames.Frame] | None = None

    def __next__(self) -> Episode:
        while True:
            try:
                frame = next(self._open())
            except (
                UnreachableError,
                requests.RequestException,
                urllib3.exceptions.HTTPError,
                InvalidDataError,
                OSError,
            ) as error:
                self._interrupted(error)
            else:
                self._attempts_left = ATTEMPTS
                self._received += 1
                return self._read(frame)

    def _open(self) -> Iterator[frames.Frame]:
        if self._frames is None:
            answer = self._send("POST", "/episodes/download", json=self._rest(), stream=True, repeatable=True)
            self._frames = frames.read(answer.raw)
            next(self._frames)  # the manifest
        return self._frames

    def _rest(self) -> dict[str, Any]:
        """What has not arrived yet: of ids those that follow, of a filter those behind the last id."""
        if "ids" in self._selection:
            return {**self._selection, "ids": self._selection["ids"][self._received :]}
        return {**self._selection, "after": self._last_id}

    def _interrupted(self, error: Exception) -> None:
        self._frames = None
        self._attempts_left -= 1
        if self._attempts_left <= 0:
            raise error if isinstance(error, TupliError) else unreachable("the server", error) from error

    def _read(self, frame: frames.Frame) -> Episode:
        said = _FrameHeader.validate_json(frame.header, extra="ignore")
        if isinstance(said, Problem):
            raise from_problem(said)
        self._last_id = said.id
        if said.checksum and checksum_of([frame.payload]) != said.checksum:
            raise ChecksumError(
                f"the bytes of episode {said.id} are not those that were stored", hint="load it once more"
            )
        return episode_of(said, frame.payload)


_FrameHeader: TypeAdapter[EpisodeHeader | Problem] = TypeAdapter(EpisodeHeader | Problem)


def episode_of(header: EpisodeHeader, payload: Buffer) -> Episode:
    """The episode that a header and its payload stand for."""
    return Episode(
        id=header.id,
        benchmark_id=header.benchmark_id,
        metadata=header.metadata,
        abandoned=header.abandoned,
        recording=header.recording,
        data=codec.decode(payload),
    )
