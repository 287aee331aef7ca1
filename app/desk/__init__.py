"""The secretary's desk: the queue of proposals, and what is done to many of them at once."""
