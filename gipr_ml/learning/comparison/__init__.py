"""Two models on the same frozen reports: what differs, how surely, and where."""
