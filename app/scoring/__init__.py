"""The steering group's scoring rounds, criteria and reviews."""
