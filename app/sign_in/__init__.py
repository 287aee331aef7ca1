"""Signing in, with the city's account or with a password, and out."""
