"""The wrapper around an environment: stores it as a benchmark, loads it again, and records what happens in it."""

from typing import Any, Self

import gymnasium

from tupli_client import belongings
from tupli_client.callbacks import MetadataCallback
from tupli_client.recording.wrapper import RecordingWrapper
from tupli_client.replay import Verdict, verify
from tupli_client.serialization import ConsentMemory, Trust, from_text, identity, to_text
from tupli_client.settings import config_home, load_settings
from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.episodes import Episode
from tupli_schemas.permissions import GLOBAL
from tupli_schemas.tuples import RLTuple

Env = gymnasium.Env[Any, Any]


class TupliEnvWrapper(RecordingWrapper):
    """An environment that is a benchmark: stored, published, loaded, and recorded while recording is on, as it is at first.

    What the environment returns is passed on unchanged, the very same objects. An episode is stored when it is over. Those that end
    faster than the storage takes them wait a moment and go together; whatever this process reads comes after them, and for others
    ``close`` or ``save_unsaved`` sends them.

    To keep large data of an environment as artifacts, subclass this and write ``_serialize``, which takes the data out of a copy of
    the environment, and ``_deserialize``, which puts it back.

    Args:
        env: Any Gymnasium environment.
        storage: Where the benchmark, its artifacts and its episodes go.
        benchmark_id: Of this environment, if it is stored already.
        metadata_callback: Is called with each step; the last dict that it returns in an episode is that episode's metadata.
        rl_tuple_cls: A class of your own has, by its ``from_env_step``, the last word on what is recorded.
        infos: Which infos to record: ``"all"``, ``"none"``, or those under the keys of a list.
        abandoned: Whether to ``"keep"`` or ``"discard"`` the steps of an episode that ``reset`` or ``close`` left in the middle.

    Example:
        >>> env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), FileStorage())
        >>> env.store(name="cart-pole")
        >>> rollout(env, policy, episodes=10, seed=0)
    """

    def store(
        self,
        name: str,
        description: str = "",
        difficulty: str | None = None,
        version: str | None = None,
        metadata: dict[str, Any] | None = None,
        *,
        exist_ok: bool = True,
    ) -> str:
        """Store the environment as a benchmark and return its id. The environment itself stays as it is.

        Args:
            name: What people call it.
            description: What it is.
            difficulty: How hard it is, in your words.
            version: Which version of it this is.
            metadata: Anything else, as JSON.
            exist_ok: Return the id of an equal environment that you stored before, instead of refusing.

        Raises:
            ConflictError: It is stored already, and ``exist_ok`` is false.
            RefusedEnvironmentError: It holds something that could not be loaded safely.
        """
        text, artifacts = self._to_text(self.env)
        described = BenchmarkMetadata(
            name=name,
            description=description,
            difficulty=difficulty,
            version=version,
            extra=belongings.with_artifacts(metadata or {}, artifacts),
        )
        query = BenchmarkQuery(hash=identity(text), serialized=text, metadata=described)
        header = belongings.store_or_find(self.storage, query, exist_ok=exist_ok)
        self._outbox.benchmark_id = header.id
        return header.id

    @classmethod
    def load(
        cls,
        storage: TupliStorage,
        benchmark_id: str,
        metadata_callback: MetadataCallback | None = None,
        rl_tuple_cls: type[RLTuple] = RLTuple,
        *,
        trust: Trust | None = None,
    ) -> Self:
        """The environment of a benchmark, wrapped and ready to record.

        Args:
            storage: Where it is, and where its episodes will go.
            benchmark_id: Its id, its name, or ``name@version``.
            metadata_callback: As for the constructor.
            rl_tuple_cls: As for the constructor.
            trust: Packages, modules or full class names whose code may run to rebuild it, or ``"ask"``; without it, those of your
                settings (``TUPLI_TRUST``).

        Raises:
            UntrustedCodeError: It needs code that nobody agreed to; the message names it.
            RefusedEnvironmentError: No consent would make it load.
        """
        benchmark = storage.load_benchmark(benchmark_id)
        source = repr(storage)
        env = from_text(
            benchmark.serialized,
            trust=load_settings().trust if trust is None else trust,
            memory=ConsentMemory(config_home() / "consent.json", source),
            source=f"{source} (stored by {benchmark.created_by})",
        )
        wrapper = cls(env=cls._deserialize(env, storage), storage=storage)
        wrapper._outbox.benchmark_id = benchmark.id
        # Set here, because a subclass need not have all arguments of this constructor.
        wrapper.metadata_callback, wrapper.rl_tuple_cls = metadata_callback, rl_tuple_cls
        return wrapper

    def publish(self, publish_in: str = GLOBAL) -> None:
        """Let a group, or everybody, load this benchmark; the artifacts that it needs are published with it."""
        belongings.publish(self.storage, self._outbox.require_benchmark(), publish_in)

    def unpublish(self, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back. Artifacts that another benchmark needs stay published."""
        belongings.unpublish(self.storage, self._outbox.require_benchmark(), unpublish_from)

    def delete(self, delete_artifacts: bool = False, delete_episodes: bool = True) -> None:
        """Delete the benchmark for good. The environment can still be used, and stored again.

        Args:
            delete_artifacts: Also those of its artifacts that no other benchmark needs.
            delete_episodes: Also its episodes, with what is open or unsaved.

        Raises:
            ConflictError: It has episodes, and these are not to be deleted.
        """
        benchmark_id = self._outbox.require_benchmark()
        self._discard_episodes()
        belongings.delete(
            self.storage, benchmark_id, delete_artifacts=delete_artifacts, delete_episodes=delete_episodes
        )
        self.unsaved_episodes.clear()
        self._outbox.benchmark_id = None

    def verify(self, episode: Episode | str) -> Verdict:
        """Replay an episode of this benchmark, given with its steps or by its id, and compare it bit for bit."""
        return verify(self.storage.load_episode(episode) if isinstance(episode, str) else episode, self)

    def serialize_env(self, env: Env) -> str:
        """The text that an environment is stored as; its artifacts are stored on the way."""
        return self._to_text(env)[0]

    @classmethod
    def deserialize_env(cls, serialized_env: str, storage: TupliStorage, *, trust: Trust = ()) -> Env:
        """The environment that a text describes, with what its artifacts hold; ``trust`` as for ``load``."""
        return cls._deserialize(from_text(serialized_env, trust=trust), storage)

    def _serialize(self, env: Env) -> tuple[Env, list[str]]:
        """Take out what is to be kept as artifacts. A subclass may change ``env``, which is a copy.

        Returns:
            The environment to be stored, and the ids of the artifacts that it needs.
        """
        return env, []

    @classmethod
    def _deserialize(cls, env: Env, storage: TupliStorage) -> Env:  # noqa: ARG003 - for subclasses
        """Put back what ``_serialize`` took out. This code runs on data that somebody else may have chosen."""
        return env

    def _to_text(self, env: Env) -> tuple[str, list[str]]:
        if type(self)._serialize is TupliEnvWrapper._serialize:  # noqa: SLF001 - its own
            return to_text(env), []
        artifacts: list[str] = []

        def strip(copy: Env) -> Env:
            stripped, artifacts[:] = self._serialize(copy)
            return stripped

        return to_text(env, strip=strip), artifacts
