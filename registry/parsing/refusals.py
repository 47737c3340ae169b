"""How a reading function says no. A module of its own, as child.py is run by its path and imports this by its name."""


class Refused(Exception):
    """This is nothing that the reading function takes. `reason` is what its caller understands."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
