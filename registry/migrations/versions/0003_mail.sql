-- Mails, queued in the transaction of what they tell of, sent by the jobs -----------------------------------

create table mail_outbox (
    -- Random, as it stands in the Message-ID and must tell nothing of how many there are.
    id uuid primary key default gen_random_uuid(),
    key text unique,
    -- Whatever writes here, a header cannot be smuggled in.
    recipient text not null check (recipient <> '' and recipient !~ '[[:cntrl:][:space:],;]'),
    subject text not null check (subject !~ '[[:cntrl:]]'),
    body text not null,
    queued_at timestamptz not null default clock_timestamp(),
    not_before timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    sent_at timestamptz,
    given_up_at timestamptz,
    last_error text,
    check (sent_at is null or given_up_at is null)
);
comment on table mail_outbox is 'may hold private facts: neither recipient nor body goes into a log';
comment on column mail_outbox.key is 'a mail with the same key is queued once';
comment on column mail_outbox.not_before is 'later than now while a sender is at it, and between two attempts';
comment on column mail_outbox.given_up_at is 'when the recipient''s server had refused it for good';
create index on mail_outbox (not_before) where sent_at is null and given_up_at is null;
