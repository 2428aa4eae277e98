"""What went wrong, where, and what to do: RFC 9457 problem documents, and the same on a page for people.

Raise a `Problem`; never build an error response by hand. Texts are already in the reader's language when raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.shell.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be accepted: which, why, and what to enter instead. `row` is set for files."""

    field: str
    message: str
    todo: str = ""
    row: int | None = None

    def as_json(self) -> dict[str, object]:
        """The entry of `errors[]`."""
        found: dict[str, object] = {"field": self.field, "message": self.message, "todo": self.todo}
        return found if self.row is None else {"row": self.row, **found}


class Problem(Exception):
    """An answer that is not the one asked for. `detail` says what was wrong, `todo` what to do about it."""

    status: int = 500
    slug: str = "unexpected"

    def __init__(self, detail: str = "", *, todo: str = "", headers: Mapping[str, str] | None = None, **more: Any):
        super().__init__(detail or self.title())
        self.detail = detail
        self.todo = todo or self.advice()
        self.headers = dict(headers or {})
        self.more = more

    @classmethod
    def title(cls) -> str:
        """The kind of problem in a few words."""
        return _("出了点问题")

    @classmethod
    def advice(cls) -> str:
        """What helps most often."""
        return _("请稍后再试；如果还不行，把下面的编号告诉运维人员。")

    def as_json(self) -> dict[str, object]:
        """The members of the problem document; the handler adds `instance`."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail or self.title(),
            "todo": self.todo,
            **self.more,
        }


class Malformed(Problem):
    """The request could not be read at all."""

    status, slug = 400, "malformed"

    @classmethod
    def title(cls) -> str:
        return _("请求读不懂")

    @classmethod
    def advice(cls) -> str:
        return _("请回到上一页重新填写。")


class Unauthenticated(Problem):
    """Nobody is signed in, or the session or token has ended."""

    status, slug = 401, "unauthenticated"

    def __init__(self, detail: str = "", *, todo: str = ""):
        super().__init__(detail, todo=todo, headers={"WWW-Authenticate": 'Bearer realm="hearth"'})

    @classmethod
    def title(cls) -> str:
        return _("请先登录")

    @classmethod
    def advice(cls) -> str:
        return _("登录后会回到刚才的页面；接口请带上有效的令牌。")


class Forbidden(Problem):
    """Signed in, but this role or scope does not reach that far."""

    status, slug = 403, "forbidden"

    @classmethod
    def title(cls) -> str:
        return _("您的岗位看不到这里")

    @classmethod
    def advice(cls) -> str:
        return _("如果工作需要，请让上级为您的账号加上相应的岗位或范围。")


class NotFound(Problem):
    """There is nothing of that name in the caller's scope. Said alike for "not there" and "not yours"."""

    status, slug = 404, "not-found"

    @classmethod
    def title(cls) -> str:
        return _("没有找到")

    @classmethod
    def advice(cls) -> str:
        return _("地址可能写错了，或者内容不在您的范围内。可以从首页重新查找。")


class NotAllowed(Problem):
    """The address exists, that method does not."""

    status, slug = 405, "method-not-allowed"

    @classmethod
    def title(cls) -> str:
        return _("这里不能这样操作")

    @classmethod
    def advice(cls) -> str:
        return _("请从页面上的按钮进入，不要直接打开这个地址。")


class Refusal(Problem):
    """The decision was no. `reason` is a stable code for programs, `detail` the sentence for people."""

    status, slug = 409, "refused"

    def __init__(self, reason: str, detail: str = "", *, todo: str = "", **more: Any):
        super().__init__(detail, todo=todo, reason=reason, **more)

    @classmethod
    def title(cls) -> str:
        return _("没有办成")

    @classmethod
    def advice(cls) -> str:
        return _("请看看最新情况再决定；什么都没有改动。")


class Stale(Problem):
    """The caller decided on an older version than the present one."""

    status, slug = 412, "stale"

    @classmethod
    def title(cls) -> str:
        return _("内容已经被别人改过")

    @classmethod
    def advice(cls) -> str:
        return _("请刷新页面，看过最新内容后再提交。")


class TooLarge(Problem):
    """The body is bigger than this address takes."""

    status, slug = 413, "too-large"

    @classmethod
    def title(cls) -> str:
        return _("文件太大")

    @classmethod
    def advice(cls) -> str:
        return _("请分成几个小文件再上传。")


class Invalid(Problem):
    """Some fields cannot be accepted; `errors` names each."""

    status, slug = 422, "invalid"

    def __init__(self, errors: Sequence[FieldError], detail: str = ""):
        super().__init__(detail, errors=[error.as_json() for error in errors])
        self.errors = tuple(errors)

    @classmethod
    def title(cls) -> str:
        return _("有几处需要改一下")

    @classmethod
    def advice(cls) -> str:
        return _("请按每一项的提示修改后再提交。")


class TooMany(Problem):
    """Too many requests; `Retry-After` says when to come back."""

    status, slug = 429, "too-many"

    def __init__(self, retry_after_seconds: int, detail: str = ""):
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)}, retry_after=retry_after_seconds)

    @classmethod
    def title(cls) -> str:
        return _("操作太频繁")

    @classmethod
    def advice(cls) -> str:
        return _("请稍等片刻再试。")


class Unavailable(Problem):
    """A part of the system does not answer just now; nothing was lost."""

    status, slug = 503, "unavailable"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 5, **more: Any):
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)}, **more)

    @classmethod
    def title(cls) -> str:
        return _("系统正在恢复")

    @classmethod
    def advice(cls) -> str:
        return _("已经提交成功的内容不会丢失。请稍等几秒再试。")


KINDS: tuple[type[Problem], ...] = (
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    NotAllowed,
    Refusal,
    Stale,
    TooLarge,
    Invalid,
    TooMany,
    Unavailable,
    Problem,
)
BY_STATUS: Mapping[int, type[Problem]] = {kind.status: kind for kind in KINDS}
