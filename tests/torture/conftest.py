"""The campaigns work in the same offices as the tests of the whole desk."""

from tests.whole.conftest import both_offices, make_office

__all__ = ["both_offices", "make_office"]
