"""A made-up city of any size: people's years, lived through the services' own decisions and written as facts.

Nobody in it exists. The same seed and the same last day give the same city: the same ids, days and words.
"""
