"""Property tests on a busy machine: an example may take its time, and a failure is shown with what repeats it."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", deadline=None, print_blob=True)
settings.load_profile("unit")
