"""Edge to Slack: the client that sends, and the check that a request really came from Slack."""
