"""The columns of a member's row that are made from who somebody is, and from how they are reached."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from events.facts.member import (
    CorrectableField,
    DetailsCorrected,
)
from events.facts.people import Address, ContactCard, Person, Relative, birth_in
from events.log.project import Row
from services.registry.project.names import spelling_of
from services.registry.project.places import backwards

ID_TAIL = 4
"""Characters of an ID number that are shown and searched by."""


def card_of(row: Row) -> ContactCard:
    """The contact card that a row was made from."""
    return ContactCard(
        phone=row["phone"],
        address=Address(text=row["address"], building=row["building"], room=row["room"]) if row["address"] else None,
        family=tuple(Relative.model_validate(relative) for relative in row["family"] or ()),
        lives_alone=bool(row["lives_alone"]),
        minimum_living=bool(row["minimum_living"]),
        note=row["note"],
    )


def mask_id(number: str) -> str:
    """`3101** **** **** 4X21`: region and tail stay; birth and sequence do not."""
    return f"{number[:4]}** **** **** {number[-ID_TAIL:]}"


def identity_columns(person: Person | None) -> Row:
    """The columns that say who somebody is; bare where it cannot be read."""
    if person is None:
        return {"pinyin": ""}
    return {
        **name_columns(person.name),
        "sex": person.sex.value,
        "ethnicity": person.ethnicity,
        "birth": person.birth,
        "id_masked": mask_id(person.id_number),
        "id_backwards": person.id_number[-ID_TAIL:][::-1],
    }


def name_columns(name: str) -> Row:
    """The columns a name is shown and searched by."""
    spelt = spelling_of(name)
    return {
        "name": name,
        "given": spelt.given,
        "pinyin": spelt.pinyin,
        "given_pinyin": spelt.given_pinyin,
        "initials": spelt.initials,
    }


def identity_corrected_columns(fact: DetailsCorrected) -> Row:
    """The columns that one corrected identity field changes; the row holds no `Person` to correct whole."""
    value: Any = fact.identity
    match fact.field:
        case CorrectableField.NAME:
            return name_columns(value)
        case CorrectableField.ID_NUMBER:
            return {"id_masked": mask_id(value), "id_backwards": value[-ID_TAIL:][::-1], "birth": birth_in(value)}
        case CorrectableField.BIRTH:
            return {"birth": date.fromisoformat(value)}
        case _:
            return {fact.field.value: value}


def contact_columns(contact: ContactCard | None) -> Row:
    """The columns that say how somebody is reached and lives; none where it cannot be read."""
    if contact is None:
        return {}
    address = contact.address
    return {
        "phone": contact.phone,
        "phone_backwards": "".join(filter(str.isdigit, contact.phone or ""))[::-1] or None,
        "family": [relative.model_dump(mode="json") for relative in contact.family],
        "address": address.text if address else None,
        "building": address.building if address else None,
        "building_backwards": backwards(address.building if address else None),
        "room": address.room if address else None,
        "lives_alone": contact.lives_alone,
        "minimum_living": contact.minimum_living,
        "note": contact.note,
    }


SEEN_DAYS: Final = 2
"""Of the days somebody was seen on, the card keeps the last ones."""


def seen(row: Row | None, day: date) -> Row:
    """The last two days on which the person was seen, this one counted in."""
    last, before = (row or {}).get("last_seen"), (row or {}).get("seen_before")
    if last is None or day >= last:
        return {"last_seen": day, "seen_before": last}
    return {"seen_before": day if before is None else max(before, day)}
