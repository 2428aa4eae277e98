"""What anybody may fetch: styles and the mark, what a kind of problem means, the switch of languages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.shell.i18n import LANGUAGES
from services.shell.identity.paths import local_path
from services.shell.identity.requires import public
from services.shell.pages.assets import asset, static_response
from services.shell.pages.render import page
from services.shell.problems import KINDS, NotFound

router = APIRouter(
    include_in_schema=False,
    dependencies=[Depends(public("explanations, styles and the language switch hold nothing about anybody"))],
)


@router.get("/problems/{slug}")
async def problem_kind(request: Request, slug: str) -> Response:
    """The page that a problem document's `type` points to."""
    kind = next((kind for kind in KINDS if kind.slug == slug), None)
    if kind is None:
        raise NotFound()
    return await page(request, "problem_kind.html", kind=kind)


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """A static file by the name that carries its digest."""
    return static_response(name)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Browsers that do not read the link in the page ask here."""
    return RedirectResponse(asset("mark.svg"), status_code=308)


@router.get("/language/{language}")
async def language(request: Request, language: str, next: Annotated[str, "where to return"] = "/") -> Response:
    """Remember the language for a year and return to the page."""
    if language not in LANGUAGES:
        raise NotFound()
    response = RedirectResponse(local_path(next), status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie("lang", language, max_age=365 * 86_400, httponly=True, samesite="lax", secure=secure)
    return response
