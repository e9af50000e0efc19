"""Hypothesis strategies for episodes of any spaces, dtypes and infos, and an exact comparison to judge round trips by."""

from any_episode.comparison import arrays_of, same, same_steps
from any_episode.episodes import any_episode, any_tree
from any_episode.examples import NOISE, an_episode, with_images
from any_episode.values import any_info_value, dtypes

__all__ = [
    "NOISE",
    "an_episode",
    "any_episode",
    "any_info_value",
    "any_tree",
    "arrays_of",
    "dtypes",
    "same",
    "same_steps",
    "with_images",
]
