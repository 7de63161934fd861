"""Figures of result files, drawn from the tree of `open_results` or from an opened network."""
