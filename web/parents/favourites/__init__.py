"""Offers that a family keeps in its browser, and up to four of them side by side."""
