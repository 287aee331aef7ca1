"""Mail: the outbox, which operations write to, and the job that sends what is in it."""
