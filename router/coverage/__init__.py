"""What the rules leave open: events without an identity, an owner, a runbook, somebody on call; routes without use."""
