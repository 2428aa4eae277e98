"""Make this source tree importable in the running environment, and put the command `hearth` into it.

What an editable installation would do, without a build tool and without the network: `python deploy/link.py`.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

COMMAND = """#!{python}
import sys

from deploy.cli.main import main

sys.exit(main())
"""


def link(root: Path) -> None:
    """Write the path file and the command of the environment that runs this."""
    Path(sysconfig.get_path("purelib"), "hearth.pth").write_text(f"{root}\n", "utf-8")
    command = Path(sysconfig.get_path("scripts"), "hearth")
    command.write_text(COMMAND.format(python=sys.executable), "utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    link(Path(__file__).resolve().parent.parent)
