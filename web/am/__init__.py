"""An assistant maternel's room: registration, profile, availability, messages.

Knows `core` and `shared`; no other audience.
"""
