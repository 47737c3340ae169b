"""The life of an agrément: registration, copies, request, decision, movement, expiry.

Knows the offers and all below them; no parent.
"""
