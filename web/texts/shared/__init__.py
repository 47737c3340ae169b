"""The words of pages that several audiences read."""
