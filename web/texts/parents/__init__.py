"""The words of parents' pages."""
