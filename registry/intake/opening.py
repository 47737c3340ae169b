"""A file that somebody brings, opened in a process of its own (registry.parsing): what is in it is a stranger's."""

from collections.abc import Sequence

from registry.intake.tables import Unreadable
from registry.parsing import children
from registry.parsing.children import Bounds
from registry.parsing.refusals import Refused

BROKEN = "Ce fichier est abîmé."
TOO_COMPLICATED = "Ce fichier est trop compliqué à lire\u00a0: copiez ce qui est à lire dans un fichier neuf."
BUSY = "D’autres fichiers sont en cours de lecture\u00a0: le vôtre n’a pas été lu. Renvoyez-le dans une minute."


def answered(reader: str, data: bytes, arguments: Sequence[str], bounds: Bounds, owner: str) -> bytes:
    """What `reader` ("module:function") makes of the bytes that `owner` has sent; no more to be trusted than they are.
    The reader says Refused with the sentence of an Unreadable. Takes until `bounds.wall_s`, during which the caller may
    hold no connection of a pool. Raises Unreadable."""
    try:
        return children.read(reader, data, arguments, bounds, owner)
    except children.OwnFault as fault:
        raise Unreadable(fault.sentence) from None
    except children.Busy:
        raise Unreadable(BUSY) from None
    except Refused as refused:
        raise Unreadable(refused.reason) from None
    except children.Failed as failed:
        raise Unreadable(TOO_COMPLICATED if failed.out_of_bounds else BROKEN) from None
