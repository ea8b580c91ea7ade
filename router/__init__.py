"""Event-driven incident and ownership router for AI inside business workflows."""

__version__ = "0.1.0"
