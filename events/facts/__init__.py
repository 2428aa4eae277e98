"""The catalogue of facts: one file per stream, frozen models with literal stored names.

Importing this package imports every stream, so that `base.catalogue()` is complete: a new stream adds its line below.
"""

from events.facts import (
    access,
    branch,
    building,
    bulk,
    care,
    census,
    centre,
    desk,
    grid,
    handover,
    meeting,
    member,
    member_away,
    member_centre,
    member_handover,
    member_meeting,
    member_service,
    merging,
    nominee,
    notice,
    partner,
    post,
    receipts,
    roster_import,
    unit,
)
