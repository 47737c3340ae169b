"""Documents of the index become cards, fiches, availability and coverage. Pure functions.

Touches domain and `request`.
"""
