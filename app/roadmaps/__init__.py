"""Assembling a year's roadmap, its codes, the city board's decision and the snapshot."""
