"""Figures of result files: the tree that `open_results` returns is all they read."""
