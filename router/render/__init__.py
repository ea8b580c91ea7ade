"""Decisions into words: Slack messages, thread lines, terminal text, runbooks. Imports only model."""
