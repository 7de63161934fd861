"""Parameter files and the numbers in them: quantities with units, ranges, overrides, errors."""
