"""The routes of accounts, for web/app.py."""

from fastapi import APIRouter

from web.accounts import account, administration, oidc, passkeys, sign_in

router = APIRouter(include_in_schema=False)
for part in (sign_in, passkeys, oidc, account, administration):
    router.include_router(part.router)
