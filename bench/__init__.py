"""Repeatable benchmarks; each prints what it measured together with a yardstick from the same run."""
