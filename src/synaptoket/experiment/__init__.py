"""Experiments: their protocol, and how it is played.

Read in this order: `phase`, `protocol` (phases, arms, doses), `schedule` (segments and drives),
`timelapse_bound`, `timelapse_cuts`, `run_options`, `settings` and `prepare` (everything checked),
`run`. A run is `session`: the files of its seeds (`run_files`), the order of branches
(`branch_queue`, `arm_tree`), the segments of one branch (`segment_player`) and the state where it
goes on (`resume_point`).
"""
