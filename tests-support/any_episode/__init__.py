"""Hypothesis strategies for episodes of any spaces, dtypes and infos, and an exact comparison to judge round trips by."""

from any_episode.comparison import same, same_steps
from any_episode.episodes import any_episode, any_tree
from any_episode.values import any_info_value, dtypes

__all__ = ["any_episode", "any_info_value", "any_tree", "dtypes", "same", "same_steps"]
