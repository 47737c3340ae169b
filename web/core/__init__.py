"""What every page of the site may use: the site, sessions, who may open a page, forms, guards, what a page is made of.

Knows the registry and the face of the search; no audience.
"""
