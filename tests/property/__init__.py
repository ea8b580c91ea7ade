"""The laws of the design, as properties that Hypothesis attacks."""
