"""The made-up office at work in the running services: deeds become commands of their handlers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fastapi import FastAPI

from deploy.demo.acts import OF_CARE, acts_of
from deploy.demo.clock import DemoClock
from deploy.demo.deeds import (
    TOGETHER,
    Answered,
    BringIn,
    Deed,
    Elect,
    Excused,
    GuestsCame,
    HandedOut,
    HandOver,
    InHelp,
    InPost,
    Minuted,
    Money,
    NameContact,
    Offered,
    OnTheMenu,
    OpensHouse,
    PairedWith,
    Pay,
    PlaceBelow,
    SetUp,
    SignedIn,
)
from deploy.demo.deserving import on_the_menu
from deploy.demo.funds import paid_out
from deploy.demo.goers import heard
from deploy.demo.helping import helped
from deploy.demo.in_care import IN_CARE, in_care
from deploy.demo.minutes import minuted
from events.facts.branch import BranchContact, Seat
from events.log.command import Asked, CommandRefused
from services.care.handle.care import Care
from services.care.react.planner import Planner
from services.notify.handle import Notify
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.attendance import CountGuests, Excuse
from services.registry.decide.branch import FormBranch
from services.registry.decide.branch_life import PlaceUnder
from services.registry.decide.building import PlaceBuildings
from services.registry.decide.census import AssignPart, BeginCensus
from services.registry.decide.centre import DesignateHost
from services.registry.decide.commands import Enrol, PayDues
from services.registry.decide.committee import ElectCommittee
from services.registry.decide.grid import FormGrid
from services.registry.decide.hand_up import HandUp
from services.registry.decide.handover_state import CloseHandover, Listed, ListPeople, OpenHandover, RefusePerson, Take
from services.registry.decide.meeting import ScheduleMeeting, SignIn
from services.registry.decide.partner import PairPartner, RegisterPartner
from services.registry.decide.post import TakePost
from services.registry.decide.service import AnswerPost, LogHours
from services.registry.decide.unit import NameUnit
from services.registry.handle.attendance import Attendance
from services.registry.handle.buildings import Buildings
from services.registry.handle.census import Census
from services.registry.handle.centres import Centres
from services.registry.handle.dues import DuesDesk
from services.registry.handle.grids import Grids
from services.registry.handle.handovers import Handovers
from services.registry.handle.organise import Organising
from services.registry.handle.partners import PARTNER_NAME, Partners
from services.registry.handle.posts import Posts
from services.registry.handle.registry import Registry
from services.registry.import_roster import Importer
from services.registry.project import imports, register
from services.registry.project.register import Wanted

EVERYBODY: Final = 1000
IN_COURSE: Final = (BeginCensus, HandedOut, Answered, HandOver, SetUp, InPost, Minuted, OnTheMenu, Money, *IN_CARE)
SETTLE_SECONDS_MAX: Final = 120.0
_POLL_SECONDS: Final = 0.005


class Unsettled(Exception):
    """Projections or reactions have not come to the end of the log in time."""


@dataclass
class Office:
    """The three services in this process, as somebody who works in the office uses them."""

    services: Mapping[str, FastAPI]
    clock: DemoClock
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """Its handler."""
        found: Registry = self.services["registry"].state.registry
        return found

    @property
    def care(self) -> Care:
        """Its handler."""
        found: Care = self.services["care"].state.care
        return found

    @property
    def planner(self) -> Planner:
        """Who goes through the calendar's rules."""
        found: Planner = self.services["care"].state.planner
        return found

    @property
    def notify(self) -> Notify:
        """Its handler."""
        found: Notify = self.services["notify"].state.notify
        return found

    def reading(self, service: str) -> Any:
        """The tables of a service, all of them."""
        return self.services[service].state.database.reading("")

    async def carry_out(self, deed: Deed) -> None:
        """Put it on record at its moment. Once: carried out again it does nothing."""
        self.clock.turn_to(deed.moment)
        asked = Asked(deed.actor, deed.community.code, deed.key)
        match deed.what:
            case BringIn() as roster:
                await self._bring_in(deed, roster)
            case NameContact() as named:
                branch_id = await self.registry.branch_id(asked, named.branch)
                contact = BranchContact(name=named.name, phone=named.phone)
                await self.registry.set_branch_contact(asked, branch_id, contact)
            case NameUnit() as command:
                await Organising(self.registry).name_unit(replace(asked, community=command.path), command)
            case FormBranch() as command:
                await self.registry.form_branch(asked, command)
            case PlaceBelow() as below:
                await self._place(asked, below)
            case Elect() as held:
                await self._elect(asked, held)
            case Enrol() as command:
                await self.registry.enrol(asked, command)
            case ScheduleMeeting():
                await self._called(deed)
            case what if isinstance(what, (*TOGETHER, FormGrid, PlaceBuildings, RegisterPartner)):
                await self._together(deed, asked)
            case Pay() | HandUp() as pay:
                await self._pay(deed, asked, pay)
            case what if isinstance(what, IN_COURSE):
                await self._in_course(deed, asked)
            case command:
                await self._of_member(asked, await self._id_of(deed.community.code, deed.who), command)

    async def _of_member(self, asked: Asked, member_id: str, command: Any) -> None:
        if isinstance(command, InHelp):
            await helped(self.care, asked, member_id, command)
            return
        if isinstance(command, OF_CARE):
            await self.tables_come_up()  # care must know of the person
        await acts_of(self.registry, self.care)[type(command)](asked, member_id, command)

    async def _bring_in(self, deed: Deed, roster: BringIn) -> None:
        community = deed.community.code
        async with self.reading("registry") as db:
            known = await imports.imports(db, community)
        if any(row["stage"] == imports.COMMITTED and row["filename"] == roster.filename for row in known.items):
            return  # a second import of the same file would be another one, all of it refused
        importer: Importer = self.services["registry"].state.importer
        progress = await importer.start(Asked(deed.actor, community), roster.filename, roster.content)
        await progress.done.wait()
        if progress.failed:
            raise RuntimeError(f"{roster.filename}: {progress.failed}")

    async def _branch(self, asked: Asked, name: str) -> str:
        """The id of a branch of that name, which has been formed."""
        found = await self.registry.holder_of_name(asked, name)
        assert found is not None, name
        return found

    async def _place(self, asked: Asked, below: PlaceBelow) -> None:
        branch, general = await self._branch(asked, below.branch), await self._branch(asked, below.general)
        await Organising(self.registry).place_under(asked, branch, PlaceUnder(general=general))

    async def _elect(self, asked: Asked, held: Elect) -> None:
        seats = [Seat(member_id=await self._id_of(asked.community, name), post=post) for name, post in held.seats]
        command = ElectCommittee(seats=tuple(seats), on=held.on)
        await Organising(self.registry).elect_committee(asked, await self._branch(asked, held.branch), command)

    async def _called(self, called: Deed) -> str:
        """Call a meeting; one that was called some days ago by that same key tells its id. Units are named in it."""
        assert isinstance(called.what, ScheduleMeeting)
        asked = Asked(called.actor, called.community.code, called.key)
        units = tuple([await self._unit(asked, name) for name in called.what.partners])
        meeting_id, _ = await self.registry.schedule(asked, called.what.model_copy(update={"partners": units}))
        return meeting_id

    async def _together(self, deed: Deed, asked: Asked) -> None:
        """Who came to a meeting that was called, or asked leave; grids; units; what a visitor says."""
        community, attendance = deed.community.code, Attendance(self.registry)
        match deed.what:
            case SignedIn(called=called, present=names):
                present = tuple([await self._id_of(community, name) for name in names])
                await self.registry.sign_in(asked, await self._called(called), SignIn(member_ids=present))
            case Excused(called=called, why=why):
                away = Excuse(member_ids=(await self._id_of(community, deed.who),), reason=why)
                await attendance.excuse(asked, await self._called(called), away, "secretary")
            case GuestsCame(called=called, guests=guests):
                counted = {await self._unit(asked, name): people for name, people in guests.items()}
                await attendance.count_guests(asked, await self._called(called), CountGuests(guests=counted))
            case FormGrid() as grid:
                await Grids(self.registry).form(asked, grid, {})
            case PlaceBuildings() as spots:
                await Buildings(self.registry).place(asked, spots)
            case OpensHouse(agreed_on=day):
                host = DesignateHost(host=await self._id_of(community, deed.who), agreed_on=day)
                await Centres(self.registry).designate(asked, host)
            case RegisterPartner() as unit:
                await Partners(self.registry).register(asked, unit)
            case Offered(unit=name, offer=offer):
                await Partners(self.registry).make_offer(asked, await self._unit(asked, name), offer)
            case PairedWith(unit=name, branch=branch):
                paired = PairPartner(partner=await self._unit(asked, name))
                await Partners(self.registry).pair(asked, await self._branch(asked, branch), paired)
            case said:
                await heard(self.care, asked, deed.who, said)

    async def _unit(self, asked: Asked, name: str) -> str:
        """The id of a partner unit of that name, which has been registered."""
        return await self.registry.entity_named(replace(asked, command=""), PARTNER_NAME, name)

    async def _in_course(self, deed: Deed, asked: Asked) -> None:
        """What takes several commands, or was begun by another deed."""
        match deed.what:
            case Minuted() as what:
                people = [await self._id_of(deed.community.code, name) for name in what.branch]
                await minuted(self.registry, asked, await self._called(what.called), what, people)
            case HandOver():
                await self._hand_over(asked, deed.what)
            case SetUp() | InPost():
                await self._service(deed, asked)
            case what if isinstance(what, IN_CARE):
                await self.tables_come_up()  # care must know of the person
                await in_care(self.services["care"], asked, deed, self._id_of)
            case OnTheMenu() as menu:
                await on_the_menu(self.registry, asked, menu, self._id_of, deed.day)
            case Money() as money:
                await self.tables_come_up()
                await paid_out(self.registry, asked, money, await self._branch(asked, money.branch), self.reading)
            case _:
                await self._census(deed, asked)

    async def _census(self, deed: Deed, asked: Asked) -> None:
        """Beginning it again by the key it was begun with tells its id."""
        carrying = Census(self.registry)
        begun = deed.what.begun if isinstance(deed.what, HandedOut | Answered) else deed
        assert isinstance(begun.what, BeginCensus)
        campaign_id, _ = await carrying.begin(Asked(begun.actor, begun.community.code, begun.key), begun.what)
        match deed.what:
            case HandedOut(branch=branch, accounts=accounts):
                branch_id = await self.registry.branch_id(asked, branch)
                await carrying.assign(asked, campaign_id, AssignPart(branch=branch_id, accounts=accounts))
            case Answered(what=RecordAnswers() as said):
                member_id = await self._id_of(deed.community.code, deed.who)
                await carrying.answer(asked, campaign_id, member_id, said)
            case Answered(what=RecordMissed() as missed):
                member_id = await self._id_of(deed.community.code, deed.who)
                await carrying.miss(asked, campaign_id, member_id, missed)
            case _:
                return

    async def _hand_over(self, asked: Asked, given: HandOver) -> None:
        """Each step under a key of its own: one command is one key."""
        handling = Handovers(self.registry)
        batch_id, _ = await handling.open(asked, OpenHandover(employer=given.employer), code=given.code)
        who = {one.name: await self._id_of(asked.community, one.name) for one in given.people if not one.id_number}
        numbers = {name: (await self.registry.state(member_id)).person for name, member_id in who.items()}
        people = [
            Listed(
                name=one.name,
                id_number=one.id_number or (person.id_number if (person := numbers[one.name]) else ""),
                funds_fen=one.funds_fen,
            )
            for one in given.people
        ]
        await handling.list_people(_step(asked, "list"), batch_id, ListPeople(people=tuple(people)))
        if not given.refused:
            return
        rows = {one.name: row for row, one in enumerate(given.people, 1)}
        takes = [Take(row=rows[name], member=member_id) for name, member_id in who.items()]
        await handling.accept(_step(asked, "accept"), batch_id, takes)
        for name, (why, note) in given.refused.items():
            refusal = RefusePerson(row=rows[name], why=why, note=note)
            await handling.refuse(_step(asked, f"refuse/{rows[name]}"), batch_id, refusal)
        await handling.close(_step(asked, "close"), batch_id, CloseHandover())

    async def _service(self, deed: Deed, asked: Asked) -> None:
        """Setting a post up again by the key it was set up with tells its id."""
        posts = Posts(self.registry)
        begun = deed.what.opened if isinstance(deed.what, InPost) else deed
        assert isinstance(begun.what, SetUp)
        first = Asked(begun.actor, begun.community.code, begun.key)
        contact = await self.registry.branch_id(first, begun.what.contact) if begun.what.contact else None
        post_id, _ = await posts.open_post(first, begun.what.post.model_copy(update={"contact_branch": contact}))
        match deed.what:
            case InPost(what=TakePost() as taking):
                await posts.take(asked, post_id, await self._id_of(asked.community, deed.who), taking)
            case InPost(what=AnswerPost() as answer):
                await posts.answer(asked, post_id, await self._id_of(asked.community, deed.who), answer)
            case InPost(what=LogHours() as hours, people=people):
                names = {await self._id_of(asked.community, name): name for name in people}
                await posts.log(asked, post_id, names, hours)
            case _:
                return

    async def _pay(self, deed: Deed, asked: Asked, pay: Pay | HandUp) -> None:
        if isinstance(pay, HandUp):
            await DuesDesk(self.registry).hand_up(asked, pay, pay.amount_fen)
            return
        member_id = await self._id_of(deed.community.code, deed.who)
        member = await self.registry.state(member_id)
        due = self.registry.due(asked.community, member.terms, pay.months)
        amount_fen = sum(one.due_fen for one in due if one)
        command = PayDues(
            months=pay.months, amount_fen=amount_fen, method=pay.method, paid_on=deed.day, payer=pay.payer
        )
        try:
            await self.registry.pay_dues(asked, member_id, command)
        except CommandRefused as refusal:
            if not (pay.again and refusal.code == "already_paid"):
                raise

    async def _id_of(self, community: str, name: str) -> str:
        if (community, name) not in self._ids:
            await self.tables_come_up()
            async with self.reading("registry") as db:
                page = await register.cards(db, Wanted(state="all"), size=EVERYBODY)
            self._ids = {(row["community"], row["name"]): row["member_id"] for row in page.items}
        return self._ids[community, name]

    @asynccontextmanager
    async def planning_alone(self) -> AsyncIterator[None]:
        """Nobody goes through the calendar meanwhile but who does it here: it would be another day's calendar."""
        while True:
            async with self.planner.sole() as mine:
                if mine:
                    yield
                    return
            await asyncio.sleep(_POLL_SECONDS)

    # ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def ends(self) -> dict[str, int]:
        """Where each service's log stream ends."""
        return {name: (await app.state.host.log.ends(name.upper())).last for name, app in self.services.items()}

    async def tables_come_up(self) -> None:
        """Wait until everything written is in everybody's tables. Raises Unsettled."""
        ends = await self.ends()
        for app in self.services.values():
            host = app.state.host
            tokens = [f"{name.upper()}:{end}" for name, end in ends.items() if name.upper() in host.projection.streams]
            if not await host.runner.wait_for(tokens, SETTLE_SECONDS_MAX):
                raise Unsettled(f"the tables of {host.service} have not come to {', '.join(tokens)}")

    async def settle(self) -> None:
        """Wait until every fact is in the tables and every policy has answered it. Raises Unsettled."""
        try:
            async with asyncio.timeout(SETTLE_SECONDS_MAX):
                before: dict[str, int] = {}
                while (ends := await self.ends()) != before:
                    await self.tables_come_up()
                    while not await self._answered(ends):  # noqa: ASYNC110 - reactors have no event to wait for
                        await asyncio.sleep(_POLL_SECONDS)
                    before = ends
        except TimeoutError as late:
            raise Unsettled("the policies have not answered everything") from late

    async def _answered(self, ends: Mapping[str, int]) -> bool:
        for app in self.services.values():
            reactor = getattr(app.state, "reactor", None)
            if reactor is None:
                continue
            health = await reactor.health()
            if not health.leading or any(one.waiting or one.seq < ends[one.source] for one in health.sources):
                return False
        return True


def _step(asked: Asked, name: str) -> Asked:
    """One of several commands of a deed, under a key of its own."""
    return replace(asked, command=f"{asked.command}/{name}")
