"""Real Apache Kafka for tests, without Docker. Start reading at `broker.py`."""
