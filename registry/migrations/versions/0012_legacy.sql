create table legacy_run (
    id uuid primary key default gen_random_uuid(),
    sha256 bytea not null,
    name text not null,
    state text not null check (state in ('running', 'done', 'confirmed', 'reverting', 'reverted')),
    done_lines integer not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
-- One migration at a time: the next one starts when the last was confirmed or reverted.
create unique index legacy_run_open on legacy_run ((true)) where state in ('running', 'done', 'reverting');
comment on column legacy_run.name is 'of the file, without its folder';
comment on column legacy_run.done_lines is 'rows of the file, heading not counted, whose outcome is committed';

create table legacy_row (
    run uuid not null references legacy_run on delete cascade,
    line integer not null,
    outcome text not null check (outcome in
        ('published', 'draft', 'joined', 'removed', 'closed', 'duplicate', 'already', 'refused')),
    problems text[] not null default '{}',
    mail text,
    account uuid,
    offer text,
    previous_publication text,
    primary key (run, line)
);
comment on table legacy_row is 'what became of each line; nothing here refers to other tables, whose rows come and go';
comment on column legacy_row.problems is 'French sentences: why, and which values were left out; no value stands in them';
comment on column legacy_row.mail is 'private: to invite those who had no account; erased when the run is confirmed or reverted';
comment on column legacy_row.account is 'made by this run';
comment on column legacy_row.offer is 'made by this run; joined: already there, now with its account; closed: by this run';

-- Without it, each offer that a revert deletes has all accounts read.
create index on account (offer);
