"""The room of an employer who is a legal entity: the assistants maternels who chose it. May touch what `web` may."""
