"""The whole story of the made-up office, as a list of deeds: the same town on the same day has the same story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from deploy.demo.beginning import beginning
from deploy.demo.census import census
from deploy.demo.contacts import contacts
from deploy.demo.deeds import Deed
from deploy.demo.dues import dues
from deploy.demo.elections import elections
from deploy.demo.funds import funds
from deploy.demo.goers import goers
from deploy.demo.handover import handovers
from deploy.demo.helping import helping
from deploy.demo.illness import illnesses
from deploy.demo.meetings import meetings
from deploy.demo.merits import merits
from deploy.demo.raised import checked, raised
from deploy.demo.service import service
from deploy.demo.surroundings import surroundings
from deploy.demo.town import Town
from deploy.demo.whereabouts import Whereabouts


def story(town: Town) -> Mapping[date, Sequence[Deed]]:
    """What is put on record on which day, in the order of the hours."""
    where = Whereabouts(town)
    deeds = [
        *beginning(town),
        *elections(town),
        *where.deeds,
        *dues(town, where),
        *meetings(town, where),
        *illnesses(town, where),
        *goers(town),
        *contacts(town, where),
        *census(town),
        *handovers(town),
        *service(town),
        *surroundings(town, where),
        *merits(town),
        *raised(town),
        *checked(town),
        *funds(town),
        *helping(town),
    ]
    deeds.sort(key=lambda deed: deed.moment)
    assert len({deed.key for deed in deeds}) == len(deeds), "two deeds with one key would be one"
    return {day: list(those) for day, those in groupby(deeds, key=lambda deed: deed.day)}
