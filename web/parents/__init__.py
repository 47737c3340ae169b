"""What parents read and do: search, fiche, favourites, alerts, messages, reports, help, what the site is.

Knows `core` and `shared`; no other audience.
"""
