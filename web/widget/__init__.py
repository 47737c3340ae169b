"""The search on a town hall's own site: frame, script, and the builder of its snippet. It sets no cookie.

Knows `core` and `shared`; no other audience.
"""
