"""How well does one cause explain a set of symptoms, against nothing being wrong? Behind grouping and cause."""
