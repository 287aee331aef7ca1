"""Files that belong to measures."""
