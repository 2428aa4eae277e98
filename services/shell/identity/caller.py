"""Who is asking: a person or a program in one role over one scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.shell.i18n import N_, gettext, say_for


class Role(StrEnum):
    """The posts of the product. A route names the ones it is for; there is no ranking among them."""

    SECRETARY = "secretary"
    WORKER = "worker"
    VISITOR = "visitor"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SUBSCRIBER_ADMIN = "subscriber-admin"

    @property
    def words(self) -> str:
        """The post in the reader's language."""
        return say_for("shell", _TITLES[self])


_TITLES = {
    Role.SECRETARY: N_("书记"),
    Role.WORKER: N_("工作人员"),
    Role.VISITOR: N_("走访员"),
    Role.LIAISON: N_("单位联络员"),
    Role.SUPERVISOR: N_("上级督导"),
    Role.AUDITOR: N_("审计员"),
    Role.OPERATOR: N_("运维人员"),
    Role.SUBSCRIBER_ADMIN: N_("订阅管理员"),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which role, over which organisation path (`""` is the whole box). `place` is its name.

    `name` is the account (or token subject) that facts carry as their actor; `display` is what people read.
    """

    name: str
    display: str
    role: Role
    scope: str
    place: str = ""

    @property
    def reach(self) -> str:
        """The scope in words for people."""
        return self.place or self.scope or gettext("全部范围")

    def called(self, community: str) -> str:
        """A community in words for people: their own by its name, another by its path."""
        return self.place if self.place and community == self.scope else community

    def covers(self, community: str) -> bool:
        """Whether that community lies in the scope: the path itself or below it, label by label."""
        return not self.scope or community == self.scope or community.startswith(f"{self.scope}.")

    def has(self, *roles: Role) -> bool:
        """Whether the caller's role is one of these."""
        return self.role in roles


def may(caller: Caller | None, roles: Iterable[Role]) -> bool:
    """Whether a link for those roles is shown to the caller; no roles named means everybody who is signed in."""
    wanted = frozenset(roles)
    return caller is not None and (not wanted or caller.role in wanted)
