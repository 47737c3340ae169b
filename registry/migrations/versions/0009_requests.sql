alter table agrement add column conditions text check (length(conditions) <= 1000);
comment on column agrement.conditions is 'restrictions as the document words them; private';

create table agrement_request (
    id uuid primary key default gen_random_uuid(),
    offer text not null references offer on delete cascade deferrable,
    kind text not null check (kind in ('registration', 'change', 'renewal')),
    state text not null check (state in
        ('identity', 'waiting', 'incomplete', 'second_opinion', 'validated', 'refused', 'withdrawn')),
    department text not null references department,
    number text not null check (length(btrim(number)) between 1 and 40),
    starts_on date not null,
    ends_on date not null,
    capacity smallint not null check (capacity between 1 and 6),
    age_from_months smallint not null default 0,
    age_to_months smallint not null default 216,
    conditions text check (length(conditions) <= 1000),
    document uuid references document on delete set null,
    created_at timestamptz not null default clock_timestamp(),
    submitted_at timestamptz,
    due_at timestamptz,
    decided_at timestamptz,
    effective_at timestamptz,
    claimed_by uuid references account on delete set null,
    claimed_until timestamptz,
    check (ends_on >= starts_on),
    check (age_to_months > age_from_months),
    check ((state in ('waiting', 'second_opinion')) <= (submitted_at is not null and due_at is not null)),
    check ((state in ('validated', 'refused')) = (decided_at is not null)),
    check (effective_at is null or state = 'validated')
);
create unique index agrement_request_open on agrement_request (offer)
    where state in ('identity', 'waiting', 'incomplete', 'second_opinion');
create index on agrement_request (due_at) where state in ('waiting', 'second_opinion');
comment on column agrement_request.state is
    'identity: waits for the identity check; waiting: a moderator''s turn; incomplete: hers; second_opinion: a refusal that another moderator looks at';

create index on agrement_request (offer, created_at);
create index on agrement_request (starts_on) where state = 'validated' and effective_at is null;
comment on column agrement_request.effective_at is 'when the validated agrément became hers; one that begins later waits for its day';

create table agrement_request_event (
    id bigint generated always as identity primary key,
    request uuid not null references agrement_request on delete cascade,
    at timestamptz not null default clock_timestamp(),
    account uuid references account on delete set null,
    action text not null,
    reasons text[] not null default '{}',
    comment text not null default '' check (length(comment) <= 2000),
    due_at timestamptz
);
create index on agrement_request_event (request);
create index on agrement_request_event (at);
comment on column agrement_request_event.due_at is 'by when the moderators were to answer at that moment; null: it was not their turn yet';
