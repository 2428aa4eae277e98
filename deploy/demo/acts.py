"""Which handler carries out which command about one member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from deploy.demo.deserving import deserving
from deploy.demo.helping import BEGINS
from services.care.decide.assistance_commands import RequestAssistance
from services.care.decide.commands import (
    GradeHealth,
    Recover,
    ReportBereavement,
    ReportDischarge,
    ReportHardship,
    ReportHospital,
    ReportIllness,
)
from services.care.decide.pairing_commands import PairHelper, ReferToTraining
from services.care.decide.rota import RefuseVisitor
from services.care.handle.assistance import Assisting
from services.care.handle.care import Care
from services.care.handle.pairing import Pairing
from services.care.handle.rota import Rota
from services.registry.decide.afar import ReportAfar
from services.registry.decide.away_application import ApplyAway
from services.registry.decide.commands import (
    ChangeContact,
    Correct,
    Die,
    MoveAway,
    Return,
    SetPensionBasis,
)
from services.registry.decide.contact import TryContact
from services.registry.decide.contact_card import IssueCard
from services.registry.decide.details import ChangeDetails
from services.registry.decide.dues_correct import DecideReduction
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer
from services.registry.decide.service import DoNotAsk, WishService
from services.registry.handle.away import Absences
from services.registry.handle.contacts import Contacts
from services.registry.handle.dues import DuesDesk
from services.registry.handle.posts import Posts
from services.registry.handle.registry import Registry

BEFELL: Final = (ReportHospital, ReportDischarge, ReportHardship, ReportBereavement)
OF_CARE: Final = (ReportIllness, GradeHealth, RefuseVisitor, *BEFELL, *BEGINS)
"""Commands about people whom care must have heard of."""


def acts_of(registry: Registry, care: Care) -> Mapping[type, Callable[..., Any]]:
    """By the command's type: (who asks, the member, the command) -> what was written."""
    return {
        MoveAway: registry.move_away,
        Return: registry.come_back,
        IssueCard: Absences(registry).issue_card,
        SendTransfer: Absences(registry).send_transfer,
        ReceiveTransfer: Absences(registry).receive_transfer,
        ReportAfar: Absences(registry).report,
        TryContact: Contacts(registry).tried,
        ApplyAway: Absences(registry).apply,
        ChangeContact: registry.change_contact,
        Correct: registry.correct,
        SetPensionBasis: registry.set_pension_basis,
        ChangeDetails: registry.change_details,
        Die: registry.die,
        DecideReduction: DuesDesk(registry).decide_reduction,
        WishService: Posts(registry).wish,
        DoNotAsk: Posts(registry).do_not_ask,
        **deserving(registry),
        ReportIllness: care.report_illness,
        Recover: care.recover,
        GradeHealth: care.grade_health,
        RefuseVisitor: Rota(care).refuse,
        **dict.fromkeys(BEFELL, care.report),
        RequestAssistance: Assisting(care).request,
        PairHelper: Pairing(care).pair,
        ReferToTraining: Pairing(care).refer,
    }
