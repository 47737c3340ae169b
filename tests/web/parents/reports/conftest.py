"""The rooms over the test's registry."""

from tests.rooms import clock, room_settings, rooms

__all__ = ["clock", "room_settings", "rooms"]
