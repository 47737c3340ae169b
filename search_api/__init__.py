"""The search: parameters → query → cards. Its face are the modules at the root; behind it stand `answer`, `engine`,
`query` and `request`, before it `http`, the public API with its errors and limits.

It knows the indexes only (there is no database behind it) and builds every query with pure functions.
May touch settings, domain and mappings; the pages call its face in the same process, never over HTTP.
"""
