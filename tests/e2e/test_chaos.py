"""All roles on real Kafka while some are killed, and the broker once: bench/chaos.py in small."""

from pathlib import Path

import pytest

from bench.chaos import run
from tests.kafka.broker import available

_reason = available(own=True)
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(_reason is not None, reason=_reason or ""),
]


def test_nothing_is_lost_doubled_or_mistold_under_kills(tmp_path: Path) -> None:
    """Every event has its outcome once, and every incident one live message that shows how it stands."""
    result = run(kills=6, broker_restarts=1, freezes=1, rate=150, seed=7, folder=tmp_path)
    assert result["problems"] == []
    assert result["posted_twice"] == 0
    assert int(str(result["messages"])) > 100
