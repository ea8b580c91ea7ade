"""What the product tells its operators: internal events, metrics, logs, health."""
