"""`python -m deploy.cli` is `hearth`, where the command is not installed."""

import sys

from deploy.cli.main import main

sys.exit(main())
