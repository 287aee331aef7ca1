"""People, their roles, units and posts."""
