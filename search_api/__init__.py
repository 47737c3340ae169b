"""The search: parameters → query → answer, the routes of the public API, its errors and limits.

It knows the indexes only (there is no database behind it) and builds every query with pure functions.
May touch settings, domain and mappings; the pages call it in the same process, never over HTTP.
"""
