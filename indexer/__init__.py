"""Capture changes, build documents, load them, rebuild, check: the way from the registry to the index.

It reads the registry's public columns, writes Elasticsearch as `mappings` says, and imports besides these
two only `settings`. Nothing in the application has to call it: the registry's triggers fill its queue.
"""
