"""Whether a box is, or becomes, a demonstration: only a new one does; nobody's register gets made-up people in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from deploy.box.addresses import BoxAddresses
from deploy.city.progress import holds_facts
from deploy.demo.deeds import ZONE
from deploy.demo.play import Play
from deploy.demo.progress import Progress, note, progress_of
from deploy.demo.rules import set_rules


@dataclass(frozen=True, slots=True)
class Demo:
    """A box that is a demonstration. `play` is what is still to be written into it, None when all of it is."""

    today: date
    """The day that the story leads up to."""
    play: Play | None


async def demo_of(addresses: BoxAddresses) -> Demo | None:
    """The demonstration in this box, begun now if the box is new; None for one that holds facts of its own."""
    progress = progress_of(addresses.data)
    if progress is None:
        if await holds_facts(addresses):
            return None
        progress = Progress(anchor=datetime.now(ZONE).date())
        set_rules(addresses.data, progress.anchor)
        note(addresses.data, progress)
    return Demo(progress.anchor, None if progress.done else Play(addresses, progress))
