"""The record in words: for administrators, of each measure; and how long things are kept."""
