-- Roles, and until when an account is open -------------------------------------------------------------

alter table account drop constraint account_role_check;
alter table account add constraint account_role_check check (role in
    ('am', 'manager', 'employer', 'rpe', 'service', 'commune', 'department', 'caf', 'moderator', 'writer', 'reviewer',
     'administrator'));
alter table account add column ends_on date;
comment on column account.ends_on is 'its last day, as of a convention; null: until a word ends it';

-- The second factor -------------------------------------------------------------------------------------

alter table account add column totp_secret bytea;
alter table account add column totp_step bigint;
alter table account add column enrol_until timestamptz;
alter table account add column ways_to_review boolean not null default false;
comment on column account.totp_secret is 'encrypted; shared with the application that shows its codes (RFC 6238)';
comment on column account.totp_step is 'the last step whose code was used: each is good once';
comment on column account.enrol_until is 'until then an account without a second factor may set its first one';
comment on column account.ways_to_review is
    'its address has changed: its owner is asked whether the other ways to sign in are still wanted';
-- Those that are open already have time to set theirs.
update account set enrol_until = clock_timestamp() + interval '30 days' where role <> 'am' and closed_at is null;

-- Two people give an account whose second factor is lost the right to set a new one.
create table factor_reset (
    account uuid primary key references account on delete cascade,
    asked_by uuid not null references account on delete cascade,
    asked_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);
create index on factor_reset (asked_by);

-- What was shown in a session, and when last --------------------------------------------------------------

-- Nobody knows what the sessions of before have shown: everybody signs in again.
delete from session;
alter table session add column ends_at timestamptz not null;
alter table session add column mail_at timestamptz;
alter table session add column passkey_at timestamptz;
alter table session add column second_at timestamptz;
comment on column session.expires_at is 'moves with its use';
comment on column session.ends_at is 'does not move';
comment on column session.mail_at is 'a code that was mailed to the account''s address';
comment on column session.second_at is 'a code of the second factor';

-- A browser in which an account was signed in to before.
create table device (
    token_hash bytea not null,
    account uuid not null references account on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    primary key (token_hash, account)
);
create index on device (account);

-- Codes are of one purpose and of the browser that asked -----------------------------------------------------

delete from sign_in_code;
drop index sign_in_code_mail_created_at_idx;
alter table sign_in_code add column purpose text not null
    check (purpose in ('sign_in', 'registration', 'oidc', 'proof', 'second'));
alter table sign_in_code add column browser bytea not null;
alter table sign_in_code add column mailbox bytea not null;
alter table sign_in_code add column client bytea not null;
alter table sign_in_code add column known boolean not null;
create index on sign_in_code (browser, purpose, created_at);
create index on sign_in_code (mailbox, created_at);
comment on column sign_in_code.browser is 'hash of the cookie of the browser that asked';
comment on column sign_in_code.mailbox is 'keyed hash of the address without its +tag, for the limits';
comment on column sign_in_code.client is 'keyed hash of the network address that asked, for the limits';
comment on column sign_in_code.known is 'asked from a browser that this account was signed in to before';

delete from challenge;
alter table challenge add column browser bytea not null;

-- Tokens of programs end ---------------------------------------------------------------------------------------

alter table api_token add column expires_at timestamptz;
update api_token set expires_at = clock_timestamp() + interval '1 year';
alter table api_token alter column expires_at set not null;

-- What opened a registration on any device, for thirty days: from now on such a link leads to a code.
delete from link where purpose = 'registration';
