"""Measures from a unit's first draft on; their entries in programmes and their lineage."""
