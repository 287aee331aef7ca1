"""What all staff read; reads only."""
