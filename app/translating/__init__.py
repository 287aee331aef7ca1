"""Bringing the two languages of measures together: what waits, and the pairs side by side."""
