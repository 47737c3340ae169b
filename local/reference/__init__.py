"""Small services that stand in for those of others, in the demo and the tests: real processes, on loopback only.

They know nothing of ours but the settings. What they answer is fictitious, and what they are asked is kept nowhere,
except by the mailbox, which is there to show mails and forgets them when it stops.
"""

import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware


def serve(app: FastAPI, port: int) -> None:
    """Until SIGTERM, on 127.0.0.1. No access log: an address there holds what was asked."""
    # A page of somewhere else, whose name was made to lead here, reads nothing.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")
