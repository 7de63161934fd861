"""What a number in a file is: files, quantities with units, ranges, overrides and errors."""
