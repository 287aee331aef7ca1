"""What every room builds on; knows no feature."""
