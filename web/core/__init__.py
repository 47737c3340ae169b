"""What every page of the site may use: the site, sessions, who may open a page, forms, guards, what a page is made of.

Knows the registry and the face of the search; no audience.
"""

from starlette.convertors import IntegerConvertor, register_url_convertor


class ShortInteger(IntegerConvertor):
    """`{id:int}` of a route, as the registry's ids are: longer digits are no address of ours, and Python refuses those
    of more than 4,300."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", ShortInteger())  # before any route is made
