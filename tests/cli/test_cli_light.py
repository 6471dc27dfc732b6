"""What a start loads: `mailbot --help` hardly anything, `mailbot run` no library before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = frozenset(
    {
        "alembic", "apscheduler", "bs4", "cryptography", "email.message", "fastapi", "imapclient", "jinja2", "lxml",
        "markdown_it", "obstore", "openpyxl", "PIL", "phonenumbers", "psycopg", "pydantic", "smtplib", "sqlalchemy",
        "ssl", "starlette", "uvicorn", "weasyprint", "xlsxwriter",
    }
)  # fmt: skip
# What the running desk needs at once, or with its first mail.
OF_A_DESK = frozenset(
    {
        "apscheduler", "email.message", "imapclient", "jinja2", "markdown_it", "pydantic", "smtplib", "sqlalchemy",
        "ssl", "xlsxwriter",
    }
)  # fmt: skip


@pytest.mark.parametrize(("module", "allowed"), [("mailbot.cli", frozenset()), ("mailbot.app", OF_A_DESK)])
def test_a_start_loads_no_library_that_it_does_not_need(module, allowed):
    """Each of these costs memory and a part of a second; an import at the top of a file is how they creep in."""
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) & HEAVY <= allowed


def test_help_loads_few_modules():
    """Commands load what they need when they run: 0.1 s of processor time instead of a second."""
    code = "import sys, mailbot.cli; print(len(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 300
