"""Believable samples of everything a letter can hold, for the preview of the letters and for the tests."""
