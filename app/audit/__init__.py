"""The record of every change: append-only, chained, erasable where it is personal."""
