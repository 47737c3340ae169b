"""The move from the old portal: its file of assistants maternels becomes accounts and profiles, or is removed.

`reading` opens the file, `values` makes an entry of each line, `duplicates` finds who stands there twice, `decisions`
says what becomes of each, `writing` writes a batch, `migrating` is the whole: dry run, run, confirm, revert. The
columns stand in docs/migration.md. Knows the offers and the other imports below it; no agrément, no parent.
"""


class LegacyRefused(Exception):
    """The file, or what was asked for, is refused and nothing was changed; the message is French, for the user."""
