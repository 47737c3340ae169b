"""What stops the local servers, told so that the reader knows what to do."""


class LocalError(Exception):
    """The message is one plain French sentence for the person at the terminal."""
