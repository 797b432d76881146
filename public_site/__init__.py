"""The public face: what residents read, search, follow and answer."""
