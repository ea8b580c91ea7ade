"""Two replays of one recording: what would have been different."""
