"""Reads raw mail: what it says, what files came with it, what was odd. In a process of its own that can be killed."""

from __future__ import annotations

from mailbot.adapters.reading.parent import ChildReader

__all__ = ["ChildReader"]
