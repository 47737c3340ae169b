"""A request becomes a search body. Pure functions, which run nothing.

Touches domain, mappings and `request`.
"""
