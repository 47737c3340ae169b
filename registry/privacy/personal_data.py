"""All that the registry holds of an assistant maternel, for herself (RGPD, articles 15 and 20)."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import MultiFernet

from registry.accounts import Account
from registry.agrements import documents
from registry.database import Connection


@dataclass(frozen=True)
class Part:
    """`sql` selects rows by `%(offer)s`, `%(account)s` and `%(mail)s`; `tables`: those it tells of."""

    title: str
    tables: tuple[str, ...]
    sql: str


_EVERY = "select t.* from {} t where t.offer = %(offer)s"

PARTS: tuple[Part, ...] = (
    Part(
        "compte",
        ("account",),
        "select mail, role, created_at, ends_on, oidc_subject is not null as connexion_par_un_tiers,"
        " totp_secret is not null as application_de_codes from account"
        " where id = %(account)s",
    ),
    Part(
        "appareils_connectes",
        ("session",),
        "select created_at, seen_at, least(expires_at, ends_at) as expires_at, device from session"
        " where account = %(account)s",
    ),
    Part(
        "navigateurs_connus",
        ("device",),
        "select created_at, expires_at from device where account = %(account)s",
    ),
    Part(
        "reinitialisation_demandee",
        ("factor_reset",),
        "select asked_at, expires_at from factor_reset where account = %(account)s",
    ),
    Part(
        "cles_de_connexion",
        ("passkey",),
        "select name, created_at, used_at from passkey where account = %(account)s",
    ),
    Part(
        "changement_de_mail",
        ("mail_change",),
        "select t.* from mail_change t where account = %(account)s",
    ),
    Part(
        "acces_perdu_a_l_adresse",
        ("lost_mailbox",),
        # Who of the staff it was is not hers to know.
        "select t.old_mail, t.new_mail, t.proof, t.seen_on, t.changes_at, k.opened_at, k.outcome, k.closed_at"
        " from lost_mailbox t join case_file k on k.id = t.id where t.account = %(account)s order by k.opened_at",
    ),
    Part(
        "liens_envoyes",
        ("link",),
        "select purpose, created_at, expires_at, used_at from link"
        " where account = %(account)s or offer = %(offer)s order by created_at",
    ),
    Part("mails_refuses", ("notice_off",), "select topic, since from notice_off where account = %(account)s"),
    Part(
        "inscription",
        ("registration",),
        "select answers, step, identity, confirmed_at, created_at, updated_at, submitted_at,"
        " desk is not null as au_relais from registration where account = %(account)s",
    ),
    Part("profil_public", ("offer",), "select t.* from offer t where t.id = %(offer)s"),
    Part("identite", ("am_identity",), _EVERY.format("am_identity")),
    Part("contact", ("am_contact",), _EVERY.format("am_contact")),
    Part("domicile", ("am_home",), _EVERY.format("am_home")),
    Part("mam", ("am_mam",), _EVERY.format("am_mam")),
    Part("agrement", ("agrement",), _EVERY.format("agrement")),
    Part(
        "demandes",
        ("agrement_request", "case_file", "case_event"),
        # Who of the moderators did it is not hers to know.
        "select to_jsonb(t) || jsonb_build_object('state', coalesce(k.outcome, k.state), 'created_at', k.opened_at,"
        " 'submitted_at', k.submitted_at, 'due_at', k.due_at, 'decided_at', k.closed_at) as demande,"
        " array(select jsonb_build_object("
        "'le', e.at, 'fait', e.action, 'motifs', e.reasons, 'commentaire', e.comment) from case_event e"
        " where e.case_file = t.id order by e.id) as historique from agrement_request t"
        " join case_file k on k.id = t.id where t.offer = %(offer)s order by k.opened_at",
    ),
    Part(
        "demenagements",
        ("agrement_move",),
        "select m.department, m.commune, m.place, m.told_on, m.moves_on, m.taken_at, k.opened_at,"
        " coalesce(k.outcome, k.state) as state from agrement_move m join case_file k on k.id = m.id"
        " where m.offer = %(offer)s order by k.opened_at",
    ),
    Part(
        "copies_d_agrement",
        ("document", "document_page"),
        "select d.id, d.media_type, d.pages, d.uploaded_at, d.delete_after, d.deleted_at from document d"
        " where d.account = %(account)s or d.id in (select document from agrement_request where offer = %(offer)s)"
        " order by d.uploaded_at",
    ),
    Part(
        "mouvements",
        ("movement",),
        "select number, last_name, first_name, birth_date, action, effective_on, state, applied_at from movement"
        " where offer = %(offer)s order by effective_on, id",
    ),
    Part(
        "disponibilites",
        ("timetable", "timetable_range"),
        "select t.period, array(select to_jsonb(r) - 'week' - 'timetable' from timetable_range r"
        " where r.timetable = t.id order by r.weekday, r.slot) as plages from timetable t where t.offer = %(offer)s"
        " order by t.period",
    ),
    Part("conges", ("leave",), "select day from leave where offer = %(offer)s order by day"),
    Part(
        "employeur",
        ("employment",),
        "select a.name, e.since from employment e join account a on a.id = e.employer where e.offer = %(offer)s",
    ),
    Part(
        "declarations",
        ("declaration",),
        "select at, how, account = %(account)s as par_vous from declaration where offer = %(offer)s order by at",
    ),
    Part("manquements", ("breach",), _EVERY.format("breach")),
    Part("consultations", ("offer_view",), "select day, count from offer_view where offer = %(offer)s order by day"),
    Part(
        "messages_avec_des_parents",
        ("contact_thread", "contact_message"),
        # The parent's address is not hers to know.
        "select t.parent_name, t.opened_at, t.ends_at, t.read_at, array(select jsonb_build_object("
        "'le', m.at, 'de', m.side, 'texte', m.text) from contact_message m where m.thread = t.id order by m.at)"
        " as messages from contact_thread t where t.offer = %(offer)s order by t.opened_at",
    ),
    Part(
        "messages_signales",
        ("contact_report",),
        "select r.side, r.name, r.text, k.opened_at as at, k.closed_at as done_at from contact_report r"
        " join case_file k on k.id = r.id where r.offer = %(offer)s order by k.opened_at",
    ),
    Part(
        "parents_bloques", ("contact_block",), "select name, at from contact_block where offer = %(offer)s order by at"
    ),
    Part("messages_refuses", ("contact_off",), "select since from contact_off where offer = %(offer)s"),
    Part(
        "signalements_sur_la_fiche",
        ("fiche_report",),
        # Neither the reader's address nor her words are hers to know: that something was reported is.
        "select r.number, r.about, k.opened_at as at, k.outcome, k.closed_at as settled_at from fiche_report r"
        " join case_file k on k.id = r.id where r.offer = %(offer)s order by k.opened_at",
    ),
    Part(
        "alertes",
        ("alert", "alert_match"),
        # As a parent, under the same address.
        "select t.title, t.rhythm, t.search, t.created_at, t.confirmed_at, t.ends_at from alert t"
        " where t.mail = %(mail)s order by t.created_at",
    ),
    Part(
        "mails",
        ("mail_outbox",),
        "select subject, queued_at, sent_at from mail_outbox where recipient = %(mail)s order by queued_at",
    ),
    Part(
        "consultations_par_les_services",
        ("audit",),
        "select at, role, action, fields from audit where offer = %(offer)s order by id",
    ),
)

NOT_TOLD = {
    "indexed_change": "that a public document changed, until saved needs were tried on it",
    "dead_letter": "documents of public facts that the index refused",
    "opening": "of structures",
    "import_record": "of structures",
    "account_commune": "the territory of a relais",
    "account_scope": "the same, and what follows from it",
    "api_token": "of a département",
    "challenge": "lives for minutes, and is no fact about anybody",
    "sign_in_code": "lives for ten minutes, and would open the account",
    "throttle": "keyed hashes",
    "intake_run": "of a file; what a département's says of her is in movement",
    "intake_row": "which line of the migration became her profile: no fact that the profile does not hold",
}
"""Tables that hold an offer's or an account's key, or a mail, and no part of hers; each with why."""


def export(conn: Connection, account: Account, keys: MultiFernet | None, now: datetime) -> bytes:
    """A ZIP: `donnees.json`, and the pages of her copies as JPEG. Without `keys` the pages are left out.

    Some parts go by her mail address: the caller has made sure, in this session, that it is hers.
    """
    given: dict[str, Any] = {"etabli_le": now.isoformat(timespec="seconds")}
    parameters = {"offer": account.offer, "account": account.id, "mail": account.mail}
    for part in PARTS:
        rows = conn.execute(f"select to_jsonb(part) from ({part.sql}) part", parameters)
        given[part.title] = [row for (row,) in rows]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", json.dumps(given, ensure_ascii=False, indent=2))
        if keys is not None:
            pages = conn.execute(
                "select p.document, p.number from document_page p where p.document = any (%s) order by 1, 2",
                [[copy["id"] for copy in given["copies_d_agrement"]]],
            ).fetchall()
            for document, number in pages:
                archive.writestr(f"copies/{document}-{number}.jpg", documents.page(conn, keys, document, number))
    return made.getvalue()
