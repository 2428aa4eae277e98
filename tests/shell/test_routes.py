"""An application serves its routers' routes as they were made."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.shell.app import service_app


def test_no_route_is_made_a_second_time() -> None:
    router = APIRouter()

    @router.get("/sample")
    async def sample() -> str:
        return "here"

    app = service_app("sample", Path(__file__).parent, [router])
    assert {id(route) for route in router.routes} <= {id(route) for route in app.routes}
