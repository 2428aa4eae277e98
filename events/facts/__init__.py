"""The catalogue of facts: one file per stream, frozen models with literal stored names.

Importing this package imports every stream, so that `base.catalogue()` is complete: a new stream adds its line below.
"""

from events.facts import (
    access,
    activity,
    branch,
    bulk,
    care,
    census,
    centre,
    certificates,
    desk,
    grid,
    handover,
    meeting,
    member,
    member_centre,
    member_handover,
    member_honours,
    member_meeting,
    member_points,
    member_review,
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
