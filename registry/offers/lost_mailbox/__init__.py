"""An assistant maternel who has lost the mailbox of her account, and with it every way to change it herself.

One of the staff who has seen a proof of who she is opens a case, another one confirms it. Both addresses are then told,
and for HOLD either of them can stop it; after that a job gives the account its new address (`steps`). `views` reads.
Touches accounts, casework, territory, and of her profile the contact alone.
"""

from datetime import timedelta
from typing import Literal

Proof = Literal["identity_card", "passport", "residence_permit", "driving_licence"]
"""The kind of paper that was seen. No copy of it is kept."""

Side = Literal["old", "new"]
SIDES: tuple[Side, ...] = ("old", "new")
"""The address that is lost, and the one that takes its place."""

Outcome = Literal["changed", "stopped_old", "stopped_new", "cancelled", "lapsed", "taken", "overtaken"]
"""How a case ends. `cancelled`: by the staff; `lapsed`: nobody confirmed it; `taken`: the new address became that of
another account; `overtaken`: the account has another address or is closed, so there was nothing left to do."""

WAITS = timedelta(days=7)
"""So long a case waits for the second person."""

HOLD = timedelta(hours=72)
"""So long, from the second person's yes, either address can stop it."""

LATEST = timedelta(days=1)
"""After HOLD so long at the most the job has made the change; the links of the letters stop it until then."""

STOP = "lost_mailbox_stop"
"""The purpose of the links that do."""
