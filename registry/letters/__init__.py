"""What mails say: one template for each in this folder, one layout for all of them, plain text.

A template extends `letter.txt` and fills `subject` and `body`; it may fill `greeting` and `closing`. A subject tells
nothing private, as a stranger may see it on a telephone; only a relayed message names who wrote it. Addresses in a body
stand alone on their lines. An hour of the clock names its zone (`moment`): a reader may be overseas.
"""

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain import french
from registry import mail
from registry.database import Connection

FOLDER = Path(__file__).parent


def queue(
    conn: Connection,
    recipient: str,
    name: str,
    values: dict[str, Any],
    *,
    key: str | None = None,
    expires_at: datetime | None = None,
    reply_to: str | None = None,
    unsubscribe: str | None = None,
    begins: UUID | None = None,
    goes_on: UUID | None = None,
) -> bool:
    """Queue the letter `name` ("area/name") with its values, as `registry.mail.queue` does."""
    subject, body = written(name, values)
    return mail.queue(
        conn,
        recipient,
        subject,
        body,
        key=key,
        expires_at=expires_at,
        reply_to=reply_to,
        unsubscribe=unsubscribe,
        begins=begins,
        goes_on=goes_on,
    )


def written(name: str, values: dict[str, Any]) -> tuple[str, str]:
    """Subject and body. Raises jinja2's UndefinedError when a value is missing."""
    template = _environment().get_template(f"{name}.txt")
    subject = "".join(template.blocks["subject"](template.new_context(values))).strip()
    return subject, tidy(template.render(values))


def tidy(text: str) -> str:
    """Without the blank lines and ends of lines that a part of a template leaves where it says nothing."""
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=False,  # noqa: S701 (plain text)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"day": french.day, "moment": french.moment_in_paris, "at": french.reaching}
    return environment
