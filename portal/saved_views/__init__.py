"""Views of lists that people keep for themselves: the filters and the order, under a name."""
