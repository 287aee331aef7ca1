"""Comments on measures."""
