"""Deeds of care that take several steps: what was raised and goes on, campaigns and what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI

from deploy.demo.deeds import Checked, Deed, OfRaised
from events.facts.care_voice import VoiceRaised
from events.log.command import Asked
from services.care.decide.campaign import OpenCampaign, is_listed
from services.care.decide.voice import AnswerVoice, PassOn, RaiseVoice, TakeUp, TellBack
from services.care.handle.campaigns import Campaigns
from services.care.handle.care import Care
from services.care.handle.voice import Voices
from services.care.project import campaigns

IN_CARE: Final = (RaiseVoice, OfRaised, OpenCampaign, Checked)
IdOf = Callable[[str, str], Awaitable[str]]
"""(community, name) -> the member."""


async def in_care(app: FastAPI, asked: Asked, deed: Deed, id_of: IdOf) -> None:
    """Put it on record. What was begun by another deed is asked for by the key that deed had."""
    match deed.what:
        case RaiseVoice():
            await _raised(app, deed, id_of)
        case OfRaised(raised=before, what=what):
            await _goes_on(Voices(app.state.care), asked, what, *await _raised(app, before, id_of))
        case OpenCampaign():
            await _begun(app, deed)
        case Checked(begun=before, what=outcome):
            member_id = await id_of(deed.community.code, deed.who)
            await _campaigns(app).note(asked, await _begun(app, before), member_id, outcome)
        case _:
            return


async def _raised(app: FastAPI, deed: Deed, id_of: IdOf) -> tuple[str, str]:
    """The member and the item."""
    assert isinstance(deed.what, RaiseVoice)
    member_id = await id_of(deed.community.code, deed.who)
    first = Asked(deed.actor, deed.community.code, deed.key)
    receipt = await Voices(app.state.care).raise_it(first, member_id, deed.what)
    return member_id, next(one.fact.voice_id for one in receipt.facts if isinstance(one.fact, VoiceRaised))


async def _goes_on(
    voices: Voices, asked: Asked, what: TakeUp | PassOn | AnswerVoice | TellBack, member_id: str, voice_id: str
) -> None:
    match what:
        case TakeUp():
            await voices.take_up(asked, member_id, voice_id, what)
        case PassOn():
            await voices.pass_on(asked, member_id, voice_id, what)
        case AnswerVoice():
            await voices.answer(asked, member_id, voice_id, what)
        case TellBack():
            await voices.tell_back(asked, member_id, voice_id, what)


def _campaigns(app: FastAPI) -> Campaigns:
    care: Care = app.state.care
    return Campaigns(care, app.state.host.pool)


async def _begun(app: FastAPI, deed: Deed) -> str:
    """The campaign."""
    command = deed.what
    assert isinstance(command, OpenCampaign)
    whom, since = command.whom(), command.since or deed.day
    async with app.state.database.reading("") as db:
        found = await campaigns.listable(db, whom, deed.community.code)
    people = [row["member_id"] for row in found if is_listed(row["birth"], whom, since, command.until)]
    first = Asked(deed.actor, deed.community.code, deed.key)
    campaign_id, _ = await _campaigns(app).open(first, command, people)
    return campaign_id
