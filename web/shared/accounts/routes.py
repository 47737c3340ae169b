"""The routes of accounts, for web/app.py."""

from fastapi import APIRouter

from web.shared.accounts import account, lost_mailbox, notices, oidc, passkeys, proof, second, sign_in

router = APIRouter(include_in_schema=False)
for part in (sign_in, second, proof, passkeys, oidc, account, lost_mailbox, notices):
    router.include_router(part.router)
