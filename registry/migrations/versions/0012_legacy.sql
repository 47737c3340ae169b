create table legacy_run (
    id uuid primary key default gen_random_uuid(),
    sha256 bytea not null,
    name text not null,
    state text not null check (state in ('running', 'done', 'confirmed', 'reverted')),
    done_lines integer not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);

create table legacy_row (
    run uuid not null references legacy_run on delete cascade,
    line integer not null,
    outcome text not null,
    offer text,
    previous_publication text,
    primary key (run, line)
);
