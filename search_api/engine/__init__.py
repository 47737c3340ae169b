"""The connection to Elasticsearch, the look-up of places, and a geocoder where there is one.

Touches settings, mappings and what a request is; every call that fails raises EngineUnavailable.
"""
