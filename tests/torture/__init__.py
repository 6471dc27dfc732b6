"""Campaigns that take longer than a test suite may; `make torture` runs them."""
