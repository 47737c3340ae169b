"""Saved needs: made, confirmed, stopped."""
