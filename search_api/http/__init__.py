"""The API over HTTP: routes, what surrounds every answer, limits, errors, the OpenAPI document.

Touches all of search_api; the pages use its limits and wrappers too.
"""
