"""What stops an import, and what stops only a row. Both speak French: they are read by who imports."""


class ImportRefused(Exception):
    """The whole import is refused and nothing was changed; its text is one French sentence."""


class RowRejected(Exception):
    """A row cannot become an offer; its text is the reason, in French."""


class KeyLost(RowRejected):
    """A row that stands for some offer, and nobody can tell which."""
