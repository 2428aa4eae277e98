"""Where the box's own process writes what it has to say: a file that stays small, and warnings on the terminal."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

LOG_BYTES_MAX = 10_000_000
_OLD_FILES = 2
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def write_logs(directory: Path) -> None:
    """Send everything from INFO on to `hearth.log` in the directory, and from WARNING on to standard error."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = RotatingFileHandler(
        directory / "hearth.log", maxBytes=LOG_BYTES_MAX, backupCount=_OLD_FILES, encoding="utf-8"
    )
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format=_FORM, handlers=[file, terminal])
    # The projector speaks structlog, which by itself would print on standard output: that belongs to READY.
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    # Each request of a probe or a page would be a line; they are counted in /metrics instead.
    logging.getLogger("httpx").setLevel(logging.WARNING)
