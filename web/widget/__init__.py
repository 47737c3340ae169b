"""The search on a town hall's own site: frame, script, builder, keys."""
