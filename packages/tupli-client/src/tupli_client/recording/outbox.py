"""The last step of a recording: from a finished episode to a storage, without losing it on the way."""

from tupli_client.storage import TupliStorage
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import ConflictError, TupliError

HOW_TO_SAVE = "the episode is kept in env.unsaved_episodes: env.save_unsaved() tries again, env.unsaved_episodes.clear() gives it up"


class EpisodeOutbox:
    """Sends episodes to a storage. One that a storage does not take stays in ``unsaved``.

    Attributes:
        storage: Where episodes go.
        benchmark_id: Which benchmark they belong to; None if that is not stored yet.
        unsaved: Episodes that the storage has not taken, oldest first. They have ids, so that sending one twice does no harm.
    """

    def __init__(self, storage: TupliStorage, benchmark_id: str | None = None) -> None:
        self.storage = storage
        self.benchmark_id = benchmark_id
        self.unsaved: list[Episode] = []

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
        """Store an episode, after those that could not be stored before it."""
        self.unsaved.append(episode)  # before anything can fail
        self.save()

    def save(self) -> None:
        """Store what is unsaved, oldest first.

        Raises:
            TupliError: As the storage raised it; the hint says where the episode is.
        """
        while self.unsaved:
            try:
                self.storage.record_episode(self.unsaved[0])
            except TupliError as error:
                error.hint = f"{error.hint}; {HOW_TO_SAVE}" if error.hint else HOW_TO_SAVE
                raise
            except (
                BaseException
            ) as error:  # also of storages with errors of their own, and when somebody presses Ctrl-C
                error.add_note(HOW_TO_SAVE)
                raise
            del self.unsaved[0]
