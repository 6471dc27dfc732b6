"""`python -m mailbot`, and the command `mailbot`."""

from __future__ import annotations

import sys

from mailbot.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
