"""The version of this package, for the rooms: none of them imports the package's root.

The root's `__init__` has it a second time, because the build reads it there as text.
"""

VERSION = "0.1.0"
