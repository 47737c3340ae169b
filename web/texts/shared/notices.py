"""What the pages of `web/shared/accounts/notices.py` say (as `web.texts`)."""

NAMES = {"reminders": "Rappels pour déclarer vos disponibilités"}

TITLE = "Ne plus recevoir ces mails\u202f?"
STOP = {
    "reminders": (
        "Vous ne recevrez plus de rappel avant une échéance. Vous devez toujours déclarer vos disponibilités avant"
        " chacune d’elles."
    )
}
BUTTON = "Ne plus recevoir ces mails"

STOPPED_TITLE = "C’est enregistré"
STOPPED = "Vous ne recevrez plus ces mails. Pour les recevoir de nouveau, ouvrez votre compte."
TO_ACCOUNT = "Mon compte"

OVER_TITLE = "Ce lien n’est plus valable"
OVER = "L’adresse de votre compte a changé, ou ce lien est incomplet. Rien n’est changé."

HEADING = "Mails que vous ne recevez plus"
RESUME = "Recevoir de nouveau"
