"""``python -m mpgraph``: the command line."""

from __future__ import annotations

import sys

from mpgraph.cli import main

sys.exit(main())
