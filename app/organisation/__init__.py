"""Administration of units and posts."""
