"""The campaigns work in the same offices as the tests of the whole desk."""

from tests.whole.conftest import make_office

__all__ = ["make_office"]
