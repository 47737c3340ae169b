"""The contract of the indexes: settings, analysis and mappings as JSON, typed documents, names and aliases.

It touches domain only. The indexer writes what stands here, the search API reads it; the JSON files are given to
Elasticsearch as they stand.
"""
