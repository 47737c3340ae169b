"""What the pages of `web/contact/` say (as `web.texts`)."""
