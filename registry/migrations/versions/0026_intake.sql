-- One life for every file that changes many rows: movements of agréments, structures, the old portal's accounts.
create table intake_run (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('structures', 'movements', 'legacy')),
    scope text not null default '',
    name text not null check (length(name) <= 200),
    sha256 bytea not null,
    via text not null default 'file' check (via in ('file', 'api')),
    account uuid references account on delete set null,
    state text not null check (state in
        ('previewed', 'running', 'applied', 'confirmed', 'undoing', 'undone', 'dropped')),
    mark text,
    notices text[] not null default '{}',
    counts jsonb not null default '{}',
    context jsonb not null default '{}',
    rows_done integer not null default 0,
    received_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz,
    ended_at timestamptz,
    check (state not in ('applied', 'confirmed') or applied_at is not null),
    check (state not in ('previewed', 'running', 'dropped') or applied_at is null),
    check ((state in ('confirmed', 'undone', 'dropped')) = (ended_at is not null))
);
-- The same bytes are applied once. Not so of structures, whose source may go back to what it said before.
create unique index intake_run_applied_once on intake_run (kind, scope, sha256)
    where state = 'applied' and kind = 'movements';
-- One takeover at a time: the next one starts when the last was confirmed or taken back.
create unique index intake_run_one_takeover on intake_run (kind)
    where state in ('running', 'applied', 'undoing') and kind = 'legacy';
create index on intake_run (kind, scope, received_at);
comment on table intake_run is 'a file that changes many rows, and how far it has come';
comment on column intake_run.scope is 'what the file is of: a département of movements, a source of structures';
comment on column intake_run.name is 'of the file, without its folder';
comment on column intake_run.account is 'who sent it; null for the command line and the API';
comment on column intake_run.mark is 'of what the preview showed: what is applied is that or nothing';
comment on column intake_run.notices is 'French sentences about the whole file: a sheet that was not read';
comment on column intake_run.counts is 'how many rows have each outcome, where the house tells it';
comment on column intake_run.context is 'what its house needs to go on with it, or to take it back';
comment on column intake_run.rows_done is 'rows of the file whose outcome is committed';

create table intake_row (
    run uuid not null references intake_run on delete cascade,
    number integer not null,
    line integer check (line > 0),
    outcome text not null check (length(outcome) between 1 and 40),
    name text not null default '',
    reasons text[] not null default '{}',
    offer text,
    account uuid,
    mail text,
    before jsonb,
    after jsonb,
    primary key (run, number)
);
comment on table intake_row is 'what became of each row; nothing here refers to other tables, whose rows come and go';
comment on column intake_row.line is 'where the row stands in its file; null for what is no row of it';
comment on column intake_row.name is 'public, of a structure; empty where a name would be private';
comment on column intake_row.reasons is 'French sentences: why, and which values were left out; nothing private';
comment on column intake_row.offer is 'that the row made, changed, closed or is about';
comment on column intake_row.account is 'that the row made';
comment on column intake_row.mail is 'private: to invite those who had no account; erased when the run is confirmed';
comment on column intake_row.before is 'the columns that the row changed, as they were: to put them back';
comment on column intake_row.after is 'the same as the row left them: who has changed them since is not undone';

insert into intake_run (id, kind, scope, name, sha256, via, account, state, notices, received_at, applied_at, ended_at)
select id, 'movements', department, name, sha256, via, account, state, notices, received_at, applied_at,
    case when state = 'dropped' then received_at end
from movement_file;

insert into intake_row (run, number, line, outcome, reasons)
select file, line, line, 'unreadable', array[reason] from movement_refusal;

alter table movement drop constraint movement_file_fkey;
alter table movement add constraint movement_file_fkey foreign key (file) references intake_run on delete cascade;
drop table movement_refusal;
drop table movement_file;

insert into intake_run (id, kind, name, sha256, state, rows_done, received_at, applied_at, ended_at)
select id, 'legacy', name, sha256,
    case state when 'done' then 'applied' when 'reverting' then 'undoing' when 'reverted' then 'undone' else state end,
    done_lines, started_at,
    case when state in ('done', 'confirmed') then coalesce(ended_at, started_at) end,
    case when state in ('confirmed', 'reverted') then coalesce(ended_at, started_at) end
from legacy_run;

insert into intake_row (run, number, line, outcome, reasons, offer, account, mail, before)
select run, line, line, outcome, problems, offer, account, mail,
    case when previous_publication is not null then jsonb_build_object('publication', previous_publication) end
from legacy_row;
drop table legacy_row;
drop table legacy_run;
