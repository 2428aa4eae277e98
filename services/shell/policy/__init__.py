"""Policy packs: a service's rules as data, from the nation down to one community, each value with where it comes from.

Pure but for `policies.py`, which reads the folder. A decision gets the typed rules of a place and a day as an argument
and knows nothing of packs (ADR 29).
"""

from services.shell.policy.layers import PackSet, Resolved
from services.shell.policy.pack import BadPacks, Head, Pack, Problem, Schema
from services.shell.policy.policies import Policies

__all__ = ["BadPacks", "Head", "Pack", "PackSet", "Policies", "Problem", "Resolved", "Schema"]
