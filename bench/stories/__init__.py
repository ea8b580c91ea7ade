"""Post-mortems by hand: what happened, what was heard of it, and what a senior engineer says of it."""
