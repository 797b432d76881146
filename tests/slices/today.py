"""Today: it shows what waits in the other slices."""
