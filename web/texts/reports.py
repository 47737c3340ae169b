"""What the pages of `web/reports/` say (as `web.texts`)."""
