create table contact_off (
    offer text primary key references offer on delete cascade deferrable,
    since timestamptz not null default clock_timestamp()
);
comment on table contact_off is 'assistants maternels who take no messages of parents; without a row they do';

create table contact_thread (
    id uuid primary key default gen_random_uuid(),
    offer text not null references offer on delete cascade deferrable,
    parent_name text not null check (length(parent_name) between 1 and 80),
    parent_mail text not null check (parent_mail !~ '[[:cntrl:][:space:],;]' and length(parent_mail) <= 254),
    sender bytea not null,
    opened_at timestamptz not null,
    ends_at timestamptz not null,
    closed_at timestamptz
);
create index on contact_thread (offer);
create index on contact_thread (sender, opened_at);
create index on contact_thread (ends_at);
comment on column contact_thread.sender is 'keyed hash of the parent''s address: by it limits and blocks hold over threads';
comment on column contact_thread.closed_at is 'the parent wants no more of it';

create table contact_message (
    id uuid primary key default gen_random_uuid(),
    thread uuid not null references contact_thread on delete cascade,
    side text not null check (side in ('parent', 'am')),
    key bytea unique,
    at timestamptz not null,
    text text check (length(text) <= 1500)
);
create index on contact_message (thread, at);
create index on contact_message (at) where text is not null;
comment on column contact_message.side is 'who wrote it';
comment on column contact_message.key is 'hash of an inbound mail''s Message-ID: delivered twice, it is relayed once';
comment on column contact_message.text is 'forgotten after some days, in which it can be reported';

create table contact_block (
    offer text not null references offer on delete cascade deferrable,
    sender bytea not null,
    name text not null,
    at timestamptz not null,
    primary key (offer, sender)
);
comment on table contact_block is 'nothing of this sender reaches her any more';

create table contact_report (
    id uuid primary key default gen_random_uuid(),
    offer text not null references offer on delete cascade deferrable,
    thread uuid references contact_thread on delete set null,
    message uuid unique references contact_message on delete set null,
    side text not null check (side in ('parent', 'am')),
    name text not null,
    sender bytea,
    text text not null,
    at timestamptz not null,
    done_at timestamptz
);
create index on contact_report (at);
create index on contact_report (sender);
comment on column contact_report.side is 'who wrote what is reported; sender only where a parent did';
