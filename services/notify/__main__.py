"""`python -m services.notify`: notify alone, beside the box in HEARTH_DATA or with HEARTH_* addresses."""

from __future__ import annotations

import os

import uvicorn

from services.notify.settings import NotifySettings
from services.notify.wire import NAV, build
from services.shell.host import alone


def main() -> None:
    """Serve until it is told to stop; HEARTH_PORT chooses the port (8003)."""
    settings = NotifySettings.joining("notify")
    app = alone(settings, build(settings), NAV)
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("HEARTH_PORT", "8003")), log_level="info")


if __name__ == "__main__":
    main()
