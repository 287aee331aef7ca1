"""The steering group's meetings and decisions."""
