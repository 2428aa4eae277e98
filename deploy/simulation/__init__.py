"""Three years of visits in a made-up city, planned by Hearth and by a fixed monthly list: who keeps which windows.

`world.py` is what happens to people and visitors, the same for both ways of planning; `by_plan.py` and `by_list.py` are
the two ways; `yardstick.py` says which windows the rules ask for and whether somebody came in them; `run.py` compares.
"""
