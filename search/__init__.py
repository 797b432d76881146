"""Search: one Chinese analysis, two engines, an outbox between the database and the index."""
