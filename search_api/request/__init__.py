"""A query string becomes a request: each parameter read, every default filled in, every code known.

Touches domain, and the engine for the names of places; builds no query and reads no answer.
"""
