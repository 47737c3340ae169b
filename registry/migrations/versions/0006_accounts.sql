-- Accounts ----------------------------------------------------------------------------------------------

create table account (
    id uuid primary key default gen_random_uuid(),
    mail text not null check (mail = lower(mail) and mail !~ '[[:cntrl:][:space:],;]' and length(mail) <= 254),
    role text not null check (role in
        ('am', 'employer', 'moderator', 'rpe', 'department', 'caf', 'administrator')),
    name text not null default '' check (length(name) <= 200),
    department text references department,
    offer text references offer on delete set null,
    oidc_subject text unique,
    created_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz,
    check (role not in ('department', 'caf') or department is not null)
);
-- One account for a mail; one that was closed gives it free.
create unique index account_mail on account (mail) where closed_at is null;
create unique index account_of_offer on account (offer) where role = 'am' and closed_at is null;
comment on column account.name is 'of a member of the staff, a relais or an employer; an assistant maternel''s is in am_identity';
comment on column account.offer is 'an assistant maternel''s own offer; a relais''s fiche';
comment on column account.department is 'the territory of a département or a Caf';

create table account_commune (
    account uuid not null references account on delete cascade,
    commune text not null references commune,
    primary key (account, commune)
);
create index on account_commune (commune);
comment on table account_commune is 'the territory of a relais';

-- Only hashes of what opens an account are kept: who reads this table cannot sign in with it.
create table session (
    token_hash bytea primary key,
    account uuid not null references account on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    device text not null default '' check (length(device) <= 200)
);
create index on session (account);
comment on column session.device is 'what the browser says it is, so that a person knows her own again';

create table sign_in_code (
    id uuid primary key default gen_random_uuid(),
    mail text not null,
    code_hash bytea not null,
    attempts smallint not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index on sign_in_code (mail, created_at);

create table throttle (
    key text not null,
    at timestamptz not null default clock_timestamp()
);
create index on throttle (key, at);
comment on table throttle is 'what is counted against a limit: a hash of an account or an address, and when';

create table passkey (
    id bytea primary key,
    account uuid not null references account on delete cascade,
    public_key bytea not null,
    sign_count bigint not null default 0,
    name text not null default '' check (length(name) <= 100),
    created_at timestamptz not null default clock_timestamp(),
    used_at timestamptz
);
create index on passkey (account);

create table challenge (
    value bytea primary key,
    account uuid references account on delete cascade,
    expires_at timestamptz not null
);
comment on table challenge is 'of passkeys: each is answered once';

create table mail_change (
    id uuid primary key default gen_random_uuid(),
    account uuid not null unique references account on delete cascade,
    new_mail text not null,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    expires_at timestamptz not null
);
comment on table mail_change is 'asked for by an account, and done when both addresses have confirmed it';

create table link (
    id uuid primary key default gen_random_uuid(),
    account uuid references account on delete cascade,
    offer text references offer on delete cascade,
    purpose text not null,
    payload jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index on link (offer) where used_at is null;
comment on table link is 'mailed links; the id stands signed in the address, and each works once';

create table api_token (
    token_hash bytea primary key,
    department text not null references department,
    name text not null check (length(btrim(name)) between 1 and 100),
    created_by uuid references account on delete set null,
    created_at timestamptz not null default clock_timestamp(),
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- Who of the staff read or changed what of whom -----------------------------------------------------------

-- Nothing here refers to another table: what it tells of outlives its account and its offer.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    account uuid,
    role text not null,
    action text not null check (length(action) <= 100),
    offer text,
    fields text[] not null default '{}',
    detail jsonb not null default '{}'
);
create index on audit (offer);
create index on audit (at);
comment on table audit is 'names of facts, never their values; it only grows';

create function audit_only_grows() returns trigger language plpgsql as
$$ begin raise exception 'the audit log cannot be changed' using errcode = 'restrict_violation'; end $$;

create trigger only_grows before update or delete or truncate on audit
    for each statement execute function audit_only_grows();

-- Mails hold private facts from here on -------------------------------------------------------------------

alter table mail_outbox add column expires_at timestamptz;
comment on column mail_outbox.expires_at is 'a code that nobody could use any more is not sent';
-- What somebody waits for before a screen goes first, however many invitations wait.
create index mail_outbox_next on mail_outbox ((expires_at is null), not_before)
    where sent_at is null and given_up_at is null;
drop index mail_outbox_not_before_idx;
