"""The accounts of staff: opened, prolonged and closed by those who keep them, and what the audit log holds."""
