"""Who may open her room: an assistant maternel, for the offer of her own account."""

from typing import Annotated

from fastapi import Depends

from registry.accounts import Account
from web.availability import keeping
from web.availability.keeping import Keeping
from web.members import access

Signed = Annotated[Account, Depends(access.of("am"))]
"""Also before she has entered a profile."""

Own = Annotated[Keeping, Depends(keeping.own)]
