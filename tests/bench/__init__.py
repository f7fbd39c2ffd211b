"""The benchmark behind ``make bench``: what is promised about speed and memory, measured.

Every row of its table is a ratio of two things measured in one run on one machine, so it means the same on a
fast machine and a slow one. Each thing is measured in a process of its own, against throw-away engines.
"""
