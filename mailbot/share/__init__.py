"""Where the templates, the migrations and the default settings lie: in the package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path


def shared(name: str) -> Path:
    """Return the path of `templates`, `migrations` or `settings.toml`.

    They are edited at the top of the repository and travel inside the installed package.
    """
    installed = Path(__file__).parent / name
    return installed if installed.exists() else Path(__file__).parents[2] / name
