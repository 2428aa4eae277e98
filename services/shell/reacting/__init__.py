"""The runtime of reactions, the same in every service: FastStream hears, a line keeps order, what fails is parked."""

from services.shell.reacting.broker import broker_options
from services.shell.reacting.parking import UNREADABLE, Parked, ParkingStore, State
from services.shell.reacting.postgres import PostgresParking, prepare_reactions
from services.shell.reacting.reactor import Reactor
from services.shell.reacting.report import ReactorHealth, SourceHealth

__all__ = [
    "UNREADABLE",
    "Parked",
    "ParkingStore",
    "PostgresParking",
    "Reactor",
    "ReactorHealth",
    "SourceHealth",
    "State",
    "broker_options",
    "prepare_reactions",
]
