"""A Slack that runs on this machine: a real HTTP server, for tests and for trying the product.

In a test: `with FakeSlack() as slack: ... slack.api_url ...`; as a process: `python -m tests.fake_slack`.
"""

from tests.fake_slack.click import Click
from tests.fake_slack.fake import FakeSlack
from tests.fake_slack.store import channel_id, direct_id

__all__ = ["Click", "FakeSlack", "channel_id", "direct_id"]
