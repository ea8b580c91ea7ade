"""The Kafka edge: clients, topics, codec, the loops of intake, engine and notifier, the embedded broker."""
