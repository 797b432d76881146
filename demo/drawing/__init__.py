"""Illustrations drawn from a seed: no photographs, no fonts, nothing fetched."""
