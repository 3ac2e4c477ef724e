"""``python -m redraft``: the command line."""

import sys

from redraft.faces.cli.main import main

sys.exit(main())
