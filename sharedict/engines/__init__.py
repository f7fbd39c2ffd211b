"""The two engines that ``sharedict.embedded`` runs: how each is created, started, asked and stopped.

Only the programs inside the wheels are used, not the wheels' own Python: that would open every folder above
the checkout to everybody and keep count of its users in a way that a kill upsets.
"""

from sharedict.engines.postgres import OWNER, PROGRAM, TIMEOUTS, Postgres
from sharedict.engines.process import Engine, EngineError
from sharedict.engines.redis import Redis

__all__ = ["OWNER", "PROGRAM", "TIMEOUTS", "Engine", "EngineError", "Postgres", "Redis"]
