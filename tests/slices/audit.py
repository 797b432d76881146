"""Audit: made by what the other slices do."""
