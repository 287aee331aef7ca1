"""Roadmaps from CSV files and the demo; writes through the rooms' operations."""
