-- Her inbox ------------------------------------------------------------------------------------------------

alter table contact_thread add column read_at timestamptz;
comment on column contact_thread.read_at is 'when the assistant maternel last opened it on her page; null: never';
create index on contact_thread (offer, sender);
drop index contact_thread_offer_idx;

-- A mailbox that is lost -------------------------------------------------------------------------------------

create table lost_mailbox (
    id uuid primary key references case_file on delete cascade,
    account uuid not null references account on delete cascade,
    old_mail text not null,
    new_mail text not null check (new_mail = lower(new_mail) and new_mail !~ '[[:cntrl:][:space:],;]'
        and length(new_mail) <= 254),
    proof text not null check (proof in ('identity_card', 'passport', 'residence_permit', 'driving_licence')),
    seen_on date not null,
    changes_at timestamptz
);
create index on lost_mailbox (account);
create index on lost_mailbox (changes_at);
comment on table lost_mailbox is
    'the subject of a case: an assistant maternel who lost the mailbox of her account gets another address';
comment on column lost_mailbox.old_mail is 'of the account when the case was opened: with another one since, nothing is changed';
comment on column lost_mailbox.proof is 'what kind of paper was seen, by whoever opened the case; no copy is kept';
comment on column lost_mailbox.changes_at is 'when the account gets its new address, unless somebody stops it; null: not confirmed';

create trigger lost_mailbox_case after delete on lost_mailbox
    referencing old table as gone for each statement execute function drop_case();
