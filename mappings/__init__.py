"""The contract of the indexes: settings, analysis and mappings as JSON, typed documents, names, labels.

It imports none of ours. The indexer writes what stands here, the search API reads it; the JSON files are
given to Elasticsearch as they stand.
"""
