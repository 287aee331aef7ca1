"""What became of measures: dated status reports."""
