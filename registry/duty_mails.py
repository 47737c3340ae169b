"""Days in words; use `registry.french.day`."""

from registry.french import day as day_text

__all__ = ["day_text"]
