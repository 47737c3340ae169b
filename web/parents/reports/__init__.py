"""Errors that readers tell of, and the staff's list of them."""
