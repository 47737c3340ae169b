"""The rooms of staff: moderators, relais, départements, Caf, employers, administrators.

Knows `core` and `shared`; no other audience.
"""
