"""Who may open her room: an assistant maternel, for the offer of her own account."""

from typing import Annotated

from fastapi import Depends

from registry.accounts import Account
from web.core import access
from web.shared import keeping
from web.shared.keeping import Keeping

Signed = Annotated[Account, Depends(access.of("am"))]
"""Also before she has entered a profile."""

Own = Annotated[Keeping, Depends(keeping.own)]
