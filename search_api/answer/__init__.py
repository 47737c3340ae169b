"""What was found → cards: availability, coverage and the facts of an offer. Pure.

May touch the query's words and the request; never the engine's connection.
"""
