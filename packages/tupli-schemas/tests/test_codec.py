"""What is read is what was written: the same steps, bit for bit, from a file that any safetensors reader opens."""

from hypothesis import given, settings

from any_episode import any_episode, same_steps
from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData


@given(data=any_episode())
@settings(max_examples=500, deadline=None)
def test_every_episode_comes_back_bit_for_bit(data: EpisodeData) -> None:
    again = codec.check(bytes(codec.encode(data)))

    assert again.equals(data)
    assert same_steps(again, data)
