"""Errors that readers tell of."""
