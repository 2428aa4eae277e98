"""`python -m services.notify`: notify alone, beside the box in HEARTH_DATA or with HEARTH_* addresses."""

from services.notify.settings import NotifySettings
from services.notify.wire import NAV, build
from services.shell.host import serve_alone

if __name__ == "__main__":
    settings = NotifySettings.joining("notify")
    serve_alone(settings, build(settings), NAV, port=8003)
