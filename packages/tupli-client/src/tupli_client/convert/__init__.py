"""Episodes in the arrays of other libraries: functions of any ``EpisodeData``, which ``TupliDataset`` has as methods too."""

from tupli_client.convert.arrays import Steps, to_numpy
from tupli_client.convert.d3rlpy_dataset import to_d3rlpy
from tupli_client.convert.d4rl import to_d4rl
from tupli_client.convert.pandas_frames import to_dataframe
from tupli_client.convert.torch_tensors import tensors

__all__ = ["Steps", "tensors", "to_d3rlpy", "to_d4rl", "to_dataframe", "to_numpy"]
