"""What a reader is answered when the database itself refuses a form: a sentence for each constraint that one can meet.

The forms check what is typed before anything is written, so this is for what changes between reading and writing: two
people who do the same thing at once, an account that is closed meanwhile. Nothing of the form is saved then: a
statement that a constraint refuses ends its whole transaction. A constraint without a sentence is one that no form can
meet, as its values are this program's own; meeting it is a fault of ours, and a 500.
"""

import psycopg

IN_USE = {
    **dict.fromkeys(
        [
            *("agrement_pkey", "am_contact_pkey", "am_home_pkey", "am_identity_pkey", "am_mam_pkey"),
            *("contact_block_pkey", "contact_off_pkey", "employment_pkey", "factor_reset_pkey"),
            *("notice_off_pkey", "opening_pkey"),
        ],
        "Cela vient d’être enregistré par ailleurs.",
    ),
    "account_mail": "Un compte utilise déjà cette adresse mail.",
    "account_of_offer": "Ce profil est déjà rattaché à un compte.",
    "account_oidc_subject_key": "Cette identité est déjà rattachée à un autre compte.",
    "account_commune_pkey": "Cette commune figure déjà dans la liste de ce compte.",
    "agrement_department_number_key": "Ce numéro d’agrément est déjà celui d’un autre profil du département.",
    "case_file_about": "Une demande est déjà en cours à ce sujet.",
    "challenge_pkey": "Cette vérification est déjà en cours.",
    "contact_report_message_key": "Ce message a déjà été signalé.",
    "intake_run_applied_once": "Ce fichier a déjà été appliqué.",
    "intake_run_one_takeover": "Une autre reprise de comptes est en cours.",
    "leave_pkey": "Ces jours de congé sont déjà enregistrés.",
    "mail_change_account_key": "Un changement d’adresse est déjà en cours pour ce compte.",
    "movement_file_line_key": "Ce fichier est déjà en cours de lecture.",
    "movement_once": "Ce mouvement est déjà enregistré.",
    "passkey_pkey": "Cette clé d’accès est déjà enregistrée.",
    "registration_account_key": "Une inscription est déjà commencée avec ce compte.",
    "timetable_periods_do_not_overlap": "Une autre période couvre déjà une partie de ces jours.",
    "timetable_places_within_agrement": "Votre agrément ne permet plus autant de places.",
    "timetable_ranges_do_not_overlap": "Deux plages horaires se chevauchent.",
    "timetable_range_pkey": "Cette semaine vient d’être enregistrée par ailleurs.",
    "timetable_two_ranges_a_day": "Indiquez au plus deux plages horaires par jour.",
}
"""Unique, exclusion and cross-table constraints: somebody was quicker, or another row does not allow it (any more)."""

GONE = {
    **dict.fromkeys(
        ["account", "asked_by", "claimed_by", "created_by", "desk", "employer", "proposed_by"],
        "Le compte concerné vient d’être supprimé.",
    ),
    **dict.fromkeys(["offer", "mam"], "La fiche concernée vient d’être supprimée."),
    **dict.fromkeys(["case_file", "id"], "La demande concernée vient d’être supprimée."),
    "answered_by": "Le mouvement concerné vient d’être supprimé.",
    "alert": "L’alerte concernée vient d’être supprimée.",
    "commune": "Cette commune ne figure plus dans notre liste.",
    "department": "Ce département ne figure pas dans notre liste.",
    "document": "La copie de l’agrément vient d’être supprimée\u00a0: joignez-la de nouveau.",
    **dict.fromkeys(["file", "run"], "Ce fichier vient d’être supprimé\u00a0: déposez-le de nouveau."),
    "message": "Le message concerné vient d’être supprimé.",
    "thread": "La conversation concernée vient d’être supprimée.",
    "timetable": "La période concernée vient d’être supprimée.",
}
"""Foreign keys, by their column: what the form is about went away meanwhile."""

REFUSED = {
    "account_mail_check": "Vérifiez l’adresse mail\u00a0: 254\u00a0caractères au plus, sans espace.",
    "account_name_check": "Le nom est trop long\u00a0: 200\u00a0caractères au plus.",
    "agrement_check": "L’agrément ne peut pas finir avant d’avoir commencé.",
    "agrement_check1": "L’âge maximal doit être supérieur à l’âge minimal.",
    "agrement_age_from_months_check": "Indiquez un âge minimal à partir de la naissance.",
    "agrement_capacity_check": "Un agrément permet d’accueillir de 1 à 6\u00a0enfants.",
    "agrement_conditions_check": "Les conditions sont trop longues\u00a0: 1\u202f000\u00a0caractères au plus.",
    "agrement_number_check": "Le numéro d’agrément compte de 1 à 40\u00a0caractères.",
    "agrement_request_check": "L’agrément ne peut pas finir avant d’avoir commencé.",
    "agrement_request_check1": "L’âge maximal doit être supérieur à l’âge minimal.",
    "agrement_request_capacity_check": "Un agrément permet d’accueillir de 1 à 6\u00a0enfants.",
    "agrement_request_conditions_check": "Les conditions sont trop longues\u00a0: 1\u202f000\u00a0caractères au plus.",
    "agrement_request_number_check": "Le numéro d’agrément compte de 1 à 40\u00a0caractères.",
    "alert_mail_check": "Vérifiez l’adresse mail\u00a0: 254\u00a0caractères au plus, sans espace.",
    "alert_search_check": "Cette recherche ne peut pas être enregistrée\u00a0: refaites-la depuis l’accueil.",
    "alert_title_check": "Cette recherche est trop longue pour être enregistrée.",
    "am_home_postcode_check": "Le code postal compte cinq chiffres.",
    "am_identity_birth_place_check": "Le lieu de naissance est trop long\u00a0: 100\u00a0caractères au plus.",
    "am_identity_first_name_check": "Le prénom compte de 1 à 100\u00a0caractères.",
    "am_identity_last_name_check": "Le nom compte de 1 à 100\u00a0caractères.",
    "api_token_name_check": "Le nom du jeton compte de 1 à 100\u00a0caractères.",
    "case_event_comment_check": "Le commentaire est trop long\u00a0: 2\u202f000\u00a0caractères au plus.",
    "contact_message_text_check": "Le message est trop long\u00a0: 1\u202f500\u00a0caractères au plus.",
    "contact_thread_parent_mail_check": "Vérifiez l’adresse mail\u00a0: 254\u00a0caractères au plus, sans espace.",
    "contact_thread_parent_name_check": "Le nom compte de 1 à 80\u00a0caractères.",
    "document_pages_check": "Le document compte trop de pages\u00a0: 20 au plus.",
    "fiche_report_mail_check": "Vérifiez l’adresse mail\u00a0: 254\u00a0caractères au plus, sans espace.",
    "fiche_report_text_check": "Le texte est trop long\u00a0: 1\u202f000\u00a0caractères au plus.",
    "lost_mailbox_new_mail_check": "Vérifiez l’adresse mail\u00a0: 254\u00a0caractères au plus, sans espace.",
    "intake_run_name_check": "Le nom du fichier est trop long\u00a0: 200\u00a0caractères au plus.",
    "mail_outbox_recipient_check": "Vérifiez l’adresse mail\u00a0: aucun mail ne peut y être envoyé.",
    "mail_outbox_reply_to_check": "Vérifiez l’adresse mail\u00a0: aucun mail ne peut y être envoyé.",
    "mail_outbox_subject_check": "L’objet du mail contient un caractère interdit.",
    "offer_address_check": "L’adresse est trop longue\u00a0: 300\u00a0caractères au plus.",
    "offer_age_from_months_check": "Indiquez un âge minimal à partir de la naissance.",
    "offer_capacity_check": "Le nombre de places est d’au moins un.",
    "offer_check": "L’âge maximal doit être supérieur à l’âge minimal.",
    "offer_check4": "Il manque une adresse\u00a0: une fiche n’est publiée qu’avec sa commune.",
    "offer_hourly_cents_check": "Le tarif horaire est supérieur à zéro.",
    "offer_mail_check": "L’adresse mail est trop longue\u00a0: 254\u00a0caractères au plus.",
    "offer_manager_name_check": "Le nom du gestionnaire est trop long\u00a0: 200\u00a0caractères au plus.",
    "offer_meal_cents_check": "Le prix d’un repas ne peut pas être négatif.",
    "offer_members_check": "Le nombre d’assistants maternels est d’au moins un.",
    "offer_name_check": "Le nom compte de 1 à 200\u00a0caractères.",
    "offer_phone_check": "Le numéro de téléphone est trop long\u00a0: 30\u00a0caractères au plus.",
    "offer_postcode_check": "Le code postal compte cinq chiffres.",
    "offer_project_check": "La présentation est trop longue\u00a0: 4\u202f000\u00a0caractères au plus.",
    "offer_schools_check": "Indiquez dix écoles au plus.",
    "offer_site_check": "L’adresse du site commence par https:// et compte 500\u00a0caractères au plus.",
    "offer_upkeep_cents_check": "L’indemnité d’entretien ne peut pas être négative.",
    "opening_check": "L’heure de fin doit suivre l’heure de début.",
    "opening_offer_week_excl": "Deux plages horaires se chevauchent.",
    "passkey_name_check": "Le nom de la clé d’accès est trop long\u00a0: 100\u00a0caractères au plus.",
    "timetable_period_check": "La période doit finir après avoir commencé.",
    "timetable_range_check": "L’heure de fin doit suivre l’heure de début, d’un jour au plus.",
    "timetable_range_places_check": "Indiquez de 1 à 6\u00a0places.",
    "widget_key_hosts_check": "Indiquez de 1 à 20\u00a0sites.",
    "widget_key_name_check": "Le nom compte de 1 à 100\u00a0caractères.",
}
"""Checks of what a person types. The forms check the same first, each beside its field."""


def sentence(error: psycopg.Error) -> str | None:
    """What to say of a statement that a constraint refused; None where no form can be the cause.

    No word of the error itself is used: it quotes the row, in the language of the server.
    """
    name, table = error.diag.constraint_name or "", error.diag.table_name or ""
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return GONE.get(name.removeprefix(f"{table}_").removesuffix("_fkey"))
    return IN_USE.get(name) or REFUSED.get(name)
