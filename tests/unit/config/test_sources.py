"""What intake reads, and what the router writes, are known by other names elsewhere: they must agree."""

from router.config.sources import FORMATS, OWN_TOPICS
from router.kafka.topics import TOPICS
from router.stages.intake import formats


def test_the_formats_are_those_of_intake() -> None:
    """A format that intake learns can be named in sources.yaml."""
    assert set(FORMATS) == set(formats.FORMATS)


def test_the_router_s_own_topics_are_all_of_them() -> None:
    """A new topic of ours is never taken for a source."""
    assert set(OWN_TOPICS) == set(TOPICS)
