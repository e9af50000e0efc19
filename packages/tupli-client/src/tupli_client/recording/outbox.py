"""The last step of a recording: from a finished episode to a storage, without losing it on the way."""

import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tupli_client import waiting
from tupli_client.storage import TupliStorage
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import ConflictError, TupliError

HOW_TO_SAVE = "the episode is kept in env.unsaved_episodes: env.save_unsaved() tries again, env.unsaved_episodes.clear() gives it up"

_SHARE = (
    4  # storing is paused for so many times what it took: it takes a fifth of the time, however short the episodes are,
)
_MOST_SECONDS = 0.1  # but for no longer than this,
_MOST_BYTES = 8 << 20  # and until so much memory is in use


class EpisodeOutbox:
    """Sends episodes to a storage. Those that it has not taken yet are in ``unsaved``.

    Attributes:
        storage: Where episodes go.
        benchmark_id: Which benchmark they belong to; None if that is not stored yet.
        unsaved: Episodes that wait for others, or that the storage did not take; oldest first. They have ids, so that one that is
            sent twice is stored once.
    """

    def __init__(
        self, storage: TupliStorage, benchmark_id: str | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.storage = storage
        self.benchmark_id = benchmark_id
        self.unsaved: list[Episode] = []
        self._clock = clock
        self._paused_until = clock()
        self._n_bytes = 0
        self._turn = threading.Lock()

    def __reduce__(self) -> tuple[type["EpisodeOutbox"], tuple[TupliStorage, str | None]]:
        """A copy of an environment records for itself: what is unsaved stays with the original."""
        return EpisodeOutbox, (self.storage, self.benchmark_id)

    def require_benchmark(self) -> str:
        """The id that episodes are recorded under.

        Raises:
            ConflictError: There is none yet.
        """
        if self.benchmark_id is None:
            raise ConflictError(
                "this environment has no id yet: call .store(...) first, or deactivate_recording()",
            )
        return self.benchmark_id

    def send(self, episode: Episode) -> None:
        """Store an episode: at once, or, if episodes come faster than they are stored, together with those that follow."""
        self.unsaved.append(episode)  # before anything can fail
        self._n_bytes += episode.data.nbytes
        if waiting.may_wait(self.storage) and self._n_bytes < _MOST_BYTES and self._clock() < self._paused_until:
            waiting.enter(self)
        else:
            self.save()

    def save(self) -> None:
        """Store what is unsaved, oldest first.

        Raises:
            TupliError: As the storage raised it; the hint says where the episodes are.
        """
        with self._turn, self._told_how_to_save(), waiting.storing():
            waiting.leave(self)
            self._n_bytes, self._paused_until = 0, (start := self._clock())
            sent = list(self.unsaved)  # others may join them meanwhile
            if len(sent) == 1:
                self.storage.record_episode(sent[0])
            elif sent:
                self.storage.record_episodes(sent)
            del self.unsaved[: len(sent)]
            now = self._clock()
            self._paused_until = now + min(_SHARE * (now - start), _MOST_SECONDS)

    def settle(self) -> None:
        """Store what waits; where that fails it will be tried again, and fail loudly, when the next episode ends."""
        try:
            self.save()
        except TupliError as error:
            warnings.warn(f"{len(self.unsaved)} recorded episodes could not be stored: {error}", stacklevel=2)

    @contextmanager
    def _told_how_to_save(self) -> Iterator[None]:
        try:
            yield
        except TupliError as error:
            error.hint = f"{error.hint}; {HOW_TO_SAVE}" if error.hint else HOW_TO_SAVE
            raise
        except BaseException as error:  # of storages with errors of their own, and when somebody presses Ctrl-C
            error.add_note(HOW_TO_SAVE)
            raise
