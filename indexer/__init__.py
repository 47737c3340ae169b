"""Capture changes, build documents, load them, rebuild, check: the way from the registry to the index.

It runs the registry's functions of documents, which see public columns alone, and writes Elasticsearch as `mappings`
says; besides these two it touches settings and domain. Nothing in the application has to call it: the registry's
triggers fill its queue.
"""
