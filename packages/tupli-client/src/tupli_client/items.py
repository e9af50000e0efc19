"""Headers together with their steps, as ``list_episodes(include_tuples=True)`` gives them."""

from collections.abc import Iterable

from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeItem


def with_tuples(headers: Iterable[EpisodeHeader], episodes: Iterable[Episode]) -> list[EpisodeItem]:
    """Each header with the tuples of its episode; both come in the same order."""
    return [
        EpisodeItem(**{name: getattr(header, name) for name in EpisodeHeader.model_fields}, tuples=tuple(episode.data))
        for header, episode in zip(headers, episodes, strict=True)
    ]
