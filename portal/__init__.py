"""The workspace: one folder per mechanism."""
