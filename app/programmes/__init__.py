"""Programmes, their themes and the roadmap of each year (states only)."""
