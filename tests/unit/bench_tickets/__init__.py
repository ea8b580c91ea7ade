"""The replay of a log of tickets is honest about time and about its yardsticks."""
