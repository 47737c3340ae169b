"""Sign-in, one's own account, and the administration of accounts. May touch what `web` may."""
