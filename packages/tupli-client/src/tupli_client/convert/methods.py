"""The methods of a dataset that turn its episodes into columns, sequences of steps, and the arrays of other libraries."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tupli_client.comparing import Mask
from tupli_client.convert import Steps, to_d3rlpy, to_d4rl, to_dataframe, to_numpy
from tupli_client.convert.d4rl import UnknownNext
from tupli_client.convert.parsers import BaseTupleParser, NumpyTupleParser
from tupli_client.convert.spaces import one_space
from tupli_client.selections.episode import SelectedEpisode
from tupli_client.selections.rows import Rows
from tupli_schemas.arrays import Array
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.columns import EpisodeData
from tupli_schemas.infos import row_of
from tupli_schemas.spaces import SpaceSpec
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, leaves
from tupli_schemas.tuples import RLTuple

if TYPE_CHECKING:
    import pandas as pd


class Conversions(ABC):
    """Everything here speaks of the selected steps, one row each, episode after episode.

    ``observations``, ``actions`` and their like are made once and read-only; what a ``convert_to_…`` returns is made anew each time
    and yours to change.
    """

    @property
    @abstractmethod
    def episodes(self) -> list[SelectedEpisode]:
        """The episodes that have selected steps, with what their headers say."""

    @property
    @abstractmethod
    def benchmarks(self) -> list[BenchmarkHeader]:
        """The benchmarks that the episodes may be of."""

    # ------------------------------------------------------------------------------------------------------------- columns

    @property
    def tuples(self) -> Sequence[RLTuple]:
        """The steps, each made when it is asked for."""
        return Rows(self.episodes, EpisodeData.__getitem__)

    @property
    def infos(self) -> Sequence[dict[str, Any]]:
        """The info of each step, made when it is asked for."""
        return Rows(self.episodes, lambda data, row: row_of(data.infos, row))

    @property
    def observations(self) -> Tree:
        """What the agent saw before each action: an array, or a dict or tuple of them for Dict and Tuple spaces."""
        return self._steps.observations

    @property
    def actions(self) -> Tree:
        """The action of each step, likewise."""
        return self._steps.actions

    @property
    def rewards(self) -> Array:
        """The reward of each step."""
        return self._steps.rewards

    @property
    def terminals(self) -> Mask:
        """For each step whether the episode terminated there."""
        return self._steps.terminals

    @property
    def timeouts(self) -> Mask:
        """For each step whether the episode, or the run of selected steps, ended there without having terminated."""
        return self._steps.timeouts

    @cached_property
    def _steps(self) -> Steps:
        steps = self.convert_to_numpy()
        for column in (leaf for tree in steps for _, leaf in leaves(tree) if not isinstance(leaf, TextColumn)):
            column.flags.writeable = False  # it is shared by all who ask
        return steps

    # --------------------------------------------------------------------------------------------------------- conversions

    def convert_to_numpy(self) -> Steps:
        """Observations, actions, rewards, terminals and timeouts as arrays in the dtypes of the data; see ``Steps``.

        Raises:
            InvalidDataError: The episodes differ in form or shape.
        """
        return to_numpy(self.episodes, observation_space=self._observation_space, action_space=self._action_space)

    def convert_to_tensors(self, parser: type[BaseTupleParser] | BaseTupleParser = NumpyTupleParser) -> Any:
        """The same five in the arrays of ``parser``: ``NumpyTupleParser``, ``TorchTupleParser``, or one of your own."""
        return parser.parse_lists(*self.convert_to_numpy())

    def convert_to_d4rl_format(self, *, unknown_next: UnknownNext = "drop") -> dict[str, Any]:
        """A dict with ``next_observations`` too; see ``convert.to_d4rl`` for those that nobody knows."""
        return to_d4rl(
            self.episodes,
            unknown_next=unknown_next,
            observation_space=self._observation_space,
            action_space=self._action_space,
        )

    def convert_to_dataframe(self) -> "pd.DataFrame":
        """A pandas ``DataFrame`` with a row for each step; see ``convert.to_dataframe``."""
        return to_dataframe(self.episodes)

    def convert_to_d3rlpy(self, *, action_size: int | None = None, keep_last: bool = True, **options: Any) -> Any:
        """A ``d3rlpy.dataset.MDPDataset``; see ``convert.to_d3rlpy``. The benchmark's action space says how to read the actions."""
        space = self._action_space
        return to_d3rlpy(self.episodes, action_space=space, action_size=action_size, keep_last=keep_last, **options)

    @property
    def _observation_space(self) -> SpaceSpec | None:
        return one_space([header.observation_space for header in self._own_benchmarks])

    @property
    def _action_space(self) -> SpaceSpec | None:
        return one_space([header.action_space for header in self._own_benchmarks])

    @cached_property
    def _own_benchmarks(self) -> list[BenchmarkHeader]:
        """The benchmarks of the episodes; if there are no episodes, all that they could be of."""
        used = {getattr(episode, "benchmark_id", None) for episode in self.episodes}
        return [header for header in self.benchmarks if not used or header.id in used]
