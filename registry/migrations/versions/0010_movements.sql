-- An agrément's number without what spellings of it differ in: registry.agrements.movements.rows.key is the same in Python.
create function agrement_key(number text) returns text immutable parallel safe language sql as
$$ select upper(regexp_replace(number, '[^0-9A-Za-z]', '', 'g')) $$;
create index agrement_by_key on agrement (department, agrement_key(number));

create table movement_file (
    id uuid primary key default gen_random_uuid(),
    department text not null references department,
    name text not null check (length(name) <= 200),
    sha256 bytea not null,
    via text not null check (via in ('file', 'api')),
    account uuid references account on delete set null,
    state text not null check (state in ('previewed', 'applied', 'dropped')),
    notices text[] not null default '{}',
    received_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz,
    check ((state = 'applied') = (applied_at is not null))
);
create unique index movement_file_applied_once on movement_file (department, sha256) where state = 'applied';
create index on movement_file (department, received_at);
comment on column movement_file.notices is 'French sentences about the whole file: a sheet that was not read';

create table movement (
    id bigint generated always as identity primary key,
    file uuid not null references movement_file on delete cascade,
    line integer not null,
    department text not null references department,
    number text not null,
    key text not null generated always as (agrement_key(number)) stored,
    last_name text not null,
    first_name text not null,
    birth_date date,
    action text not null check (action in ('retrait', 'suspension', 'levee_suspension', 'cessation')),
    effective_on date not null,
    row_hash bytea not null,
    offer text references offer on delete set null,
    matched_key text,
    state text not null check (state in
        ('previewed', 'waiting', 'applied', 'unmatched', 'refused', 'duplicate', 'dropped')),
    reason text,
    applied_at timestamptz,
    unique (file, line),
    check ((state = 'applied') = (applied_at is not null)),
    check (state not in ('waiting', 'applied') or matched_key is not null)
);
create unique index movement_once on movement (row_hash) where state in ('waiting', 'applied', 'unmatched');
create index on movement (offer);
create index on movement (effective_on) where state = 'waiting';
create index on movement (department, matched_key) where state in ('waiting', 'applied');
create index on movement (department, key) where state = 'unmatched';
comment on table movement is 'private: names and numbers of assistants maternels';
comment on column movement.matched_key is
    'the number of the agrément that it is about; another one than was sent when it was matched by hand';
comment on column movement.reason is 'a French sentence: why it is unmatched, refused, a duplicate or dropped';

create table movement_refusal (
    file uuid not null references movement_file on delete cascade,
    line integer not null,
    reason text not null,
    primary key (file, line)
);
comment on table movement_refusal is 'lines that could not be read as a movement, each with a French sentence';
