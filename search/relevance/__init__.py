"""How good the answers are: a fixed corpus, judged queries, and the figures of each engine."""
