"""The room of a département: who of its assistants maternels is late with her duty. May touch what `web` may."""
