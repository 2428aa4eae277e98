"""`python -m services.care`: care alone, beside the box in HEARTH_DATA or with HEARTH_* addresses."""

from services.care.settings import CareSettings
from services.care.wire import NAV, build
from services.shell.host import serve_alone

if __name__ == "__main__":
    settings = CareSettings.joining("care")
    serve_alone(settings, build(settings), NAV, port=8002)
