"""Writing to an assistant maternel without seeing her address: the form, its confirmation, blocking and reporting."""
