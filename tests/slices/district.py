"""District: it shows what the tenants have, and has no records of its own but the tallies that triggers keep."""
