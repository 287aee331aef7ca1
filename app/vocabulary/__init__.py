"""The classifications that a city words itself."""
