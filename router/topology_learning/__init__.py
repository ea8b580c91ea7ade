"""Which dependencies are missing? Proposed from alerts that follow each other again and again; never added here."""
