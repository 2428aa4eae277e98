"""The lines of a member's timeline that tell of the card itself: what was corrected, what has become otherwise."""

from __future__ import annotations

from events.facts.base import is_hidden
from events.facts.member import Classified, CorrectableField, DetailsChanged, DetailsCorrected, detail_in
from services.registry.pages import words
from services.registry.project.card_columns import mask_id
from services.shell.formats import mask_phone
from services.shell.i18n import gettext as _


def told_of_card(fact: Classified | DetailsChanged | DetailsCorrected) -> str:
    """The line; numbers stay masked in the timeline as they do on the card."""
    match fact:
        case Classified():
            return _classified(fact)
        case DetailsChanged():
            field, value = words.word(words.FIELD, fact.field), detail_in(fact)
            return _("%(field)s：%(value)s", field=field, value=_("没有") if value is None else value or "—")
        case DetailsCorrected():
            return _corrected(fact)


def _classified(fact: Classified) -> str:
    said = [_("人员类别改为%(kind)s", kind=words.word(words.KIND, fact.kind))] if fact.kind else []
    for name, yes in fact.flags().items():
        field = words.word(words.FIELD, name)
        said.append(_("%(field)s改为：%(value)s", field=field, value=_("是") if yes else _("否")))
    return "，".join(said)


def _corrected(fact: DetailsCorrected) -> str:
    """What was corrected; numbers stay masked in the timeline as they do on the card."""
    field = words.word(words.FIELD, fact.field)
    value = next((v for v in (fact.identity, fact.contact, fact.plain) if v is not None and not is_hidden(v)), None)
    match fact.field:
        case _ if value is None:
            shown = "—"
        case CorrectableField.ID_NUMBER:
            shown = mask_id(value)
        case CorrectableField.PHONE:
            shown = mask_phone(value)
        case CorrectableField.SEX:
            shown = words.word(words.SEX, value)
        case CorrectableField.KIND:
            shown = words.word(words.KIND, value)
        case CorrectableField.LIVES_ALONE | CorrectableField.MINIMUM_LIVING:
            shown = _("是") if value == "true" else _("否")
        case _:
            shown = value
    return _("更正%(field)s：%(value)s", field=field, value=shown)
