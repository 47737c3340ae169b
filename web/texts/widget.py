"""What the pages of `web/widget/` say (as `web.texts`)."""
