"""Sign-in, and one's own account. May touch what `web` may."""
