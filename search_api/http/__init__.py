"""The public API over HTTP: routes, what stands around every answer, limits, and how an answer or an error is sent.

May touch all of search_api; of the site only what carries it knows this room (web.app, web.core, web.server).
"""
