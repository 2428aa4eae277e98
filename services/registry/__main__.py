"""`python -m services.registry`: the registry alone, beside the box in HEARTH_DATA or with HEARTH_* addresses."""

from services.registry.settings import RegistrySettings
from services.registry.wire import NAV, build
from services.shell.host import serve_alone

if __name__ == "__main__":
    settings = RegistrySettings.joining("registry")
    serve_alone(settings, build(settings), NAV, port=8001)
