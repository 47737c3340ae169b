"""What was asked → a search body: clauses, orders, facets, free text. Pure functions.

May touch the request and the ground; never the engine.
"""
