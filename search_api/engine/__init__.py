"""Elasticsearch, and a geocoder where there is one: connections, round trips, and how fresh the data are.

Knows no offer and no parameter; whoever asks gives a body and gets what was found.
"""
