"""Mail addresses as people type them."""

from email_validator import EmailNotValidError, validate_email

SENTENCE = "Saisissez une adresse mail complète, par exemple prenom.nom@exemple.fr."
"""What a form says beside a field that holds none."""


def read(text: str) -> str | None:
    """The address in the form that accounts keep; None when a mail could not be sent there.

    Nobody is asked whether the domain exists: a mail that is answered is the only proof.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    address = (found.ascii_email or "").lower()
    # What the table of accounts refuses too: a quoted local part may hold them.
    return None if any(letter in address for letter in ' ,;"') else address


def mailbox(address: str) -> str:
    """The mailbox that an address names, for limits and blocks: `Anne+2@…` is `anne@…`.

    Never for reading: whoever proves one of the two has not proved the other, as mail servers treat them differently.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
