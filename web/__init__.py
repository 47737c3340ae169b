"""The site: server-rendered pages over the search API's own functions, and their static files.

May touch settings, domain, registry and search_api; never the index itself, never the API over HTTP, no SQL.
Everything works without JavaScript; the scripts only make it quicker and add the map.
"""
