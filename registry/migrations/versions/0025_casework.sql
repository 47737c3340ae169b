-- Scope -------------------------------------------------------------------------------------------------

create index on commune (department);
create index on commune (parent) where parent is not null;

create view account_scope as
    select account, commune from account_commune
    union all
    select t.account, c.code from account_commune t join commune c on c.parent = t.commune
    union all
    select a.id, c.code from account a join commune c on c.department = a.department;
comment on view account_scope is
    'the communes that an account answers for: those listed for it, the arrondissements of these, all of its department; some twice';

-- Cases -------------------------------------------------------------------------------------------------

create table case_file (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind ~ '^[a-z]+(_[a-z]+)*$'),
    about text,
    department text references department,
    commune text references commune,
    state text not null check (state in ('pending', 'waiting', 'incomplete', 'second_opinion', 'closed')),
    outcome text,
    opened_at timestamptz not null,
    submitted_at timestamptz,
    due_at timestamptz,
    closed_at timestamptz,
    claimed_by uuid references account on delete set null,
    claimed_until timestamptz,
    proposed_by uuid references account on delete set null,
    check ((state in ('waiting', 'second_opinion')) <= (submitted_at is not null)),
    check ((state = 'closed') = (outcome is not null)),
    check ((state = 'closed') = (closed_at is not null)),
    check ((due_at is not null) <= (submitted_at is not null)),
    check ((proposed_by is not null) <= (state = 'second_opinion'))
);
comment on table case_file is 'what waits for staff; its subject is the row of the same id in the table of its kind';
comment on column case_file.about is 'of a kind, one case about the same may be open; null: any number';
comment on column case_file.state is
    'pending: waits for what neither side does; waiting: staff''s turn; incomplete: the other side''s; second_opinion: a proposal that somebody else looks at';
comment on column case_file.outcome is 'how it was closed, in the words of its kind';
comment on column case_file.submitted_at is 'since when it has been staff''s turn, or when it last was';
comment on column case_file.due_at is 'by when staff answer; null: not their turn yet, or a kind without a term';
create unique index case_file_about on case_file (kind, about) where state <> 'closed';
create index case_file_queue on case_file (kind, due_at, submitted_at, id)
    where state in ('waiting', 'second_opinion');
create index case_file_closed on case_file (kind, closed_at) where state = 'closed';
create index on case_file (claimed_by);
create index on case_file (proposed_by);

-- Cases of requests: the history keeps its rows and its numbers.
alter table agrement_request_event rename to case_event;
alter table case_event rename column request to case_file;
alter table case_event drop constraint agrement_request_event_request_fkey;
alter index agrement_request_event_pkey rename to case_event_pkey;
alter index agrement_request_event_request_idx rename to case_event_case_file_idx;
alter index agrement_request_event_at_idx rename to case_event_at_idx;
alter sequence agrement_request_event_id_seq rename to case_event_id_seq;
alter table case_event rename constraint agrement_request_event_account_fkey to case_event_account_fkey;
alter table case_event rename constraint agrement_request_event_comment_check to case_event_comment_check;
comment on table case_event is 'what was done in a case, by whom; it goes with its case';
comment on column case_event.due_at is 'by when staff were to answer at that moment; null: it was not their turn yet';

insert into case_file (id, kind, about, department, state, outcome, opened_at, submitted_at, due_at, closed_at,
    claimed_by, claimed_until, proposed_by)
select r.id, 'agrement_request', r.offer, r.department,
    case r.state when 'identity' then 'pending' when 'waiting' then r.state when 'incomplete' then r.state
        when 'second_opinion' then r.state else 'closed' end,
    case when r.state in ('validated', 'refused', 'withdrawn') then r.state end,
    r.created_at, r.submitted_at, case when r.submitted_at is not null then r.due_at end,
    case when r.state in ('validated', 'refused', 'withdrawn') then coalesce(r.decided_at,
        (select max(e.at) from case_event e where e.case_file = r.id and e.action = 'withdrawn'), r.created_at) end,
    case when r.state in ('waiting', 'second_opinion') then r.claimed_by end,
    case when r.state in ('waiting', 'second_opinion') then r.claimed_until end,
    case when r.state = 'second_opinion' then (select e.account from case_event e
        where e.case_file = r.id and e.action = 'refusal_proposed' order by e.id desc limit 1) end
from agrement_request r;

alter table case_event add foreign key (case_file) references case_file on delete cascade;
alter table agrement_request
    add foreign key (id) references case_file on delete cascade,
    alter column id drop default,
    drop column state,
    drop column created_at,
    drop column submitted_at,
    drop column due_at,
    drop column decided_at,
    drop column claimed_by,
    drop column claimed_until;
create index on agrement_request (offer);
create index on agrement_request (starts_on) where effective_at is null;

-- Cases of errors on a fiche: what the moderator answered becomes a line of history.
alter table fiche_report add column id uuid not null default gen_random_uuid();
insert into case_file (id, kind, state, outcome, opened_at, submitted_at, closed_at)
select id, 'fiche_report', case when settled_at is null then 'waiting' else 'closed' end, outcome, at, at, settled_at
from fiche_report;
insert into case_event (case_file, at, action) select id, at, 'reported' from fiche_report order by at;
insert into case_event (case_file, at, account, action, comment)
select id, settled_at, settled_by, outcome, coalesce(note, '') from fiche_report
where settled_at is not null order by settled_at;
alter table fiche_report
    drop constraint fiche_report_pkey,
    add primary key (id),
    add unique (number),
    add foreign key (id) references case_file on delete cascade,
    alter column id drop default,
    drop column outcome,
    drop column note,
    drop column settled_at,
    drop column settled_by,
    drop column at;
comment on column fiche_report.mail is 'of a reader who wants an answer; forgotten with the case some time after it is closed';

-- Cases of messages.
insert into case_file (id, kind, state, outcome, opened_at, submitted_at, closed_at)
select id, 'contact_report', case when done_at is null then 'waiting' else 'closed' end,
    case when done_at is not null then 'settled' end, at, at, done_at
from contact_report;
insert into case_event (case_file, at, action) select id, at, 'reported' from contact_report order by at;
insert into case_event (case_file, at, action)
select id, done_at, 'settled' from contact_report where done_at is not null order by done_at;
alter table contact_report
    add foreign key (id) references case_file on delete cascade,
    alter column id drop default,
    drop column at,
    drop column done_at;

-- A case and its subject go together, whichever of them is deleted.
create function drop_case() returns trigger language plpgsql as
$$
begin
    delete from case_file where id = any (array(select id from gone));
    return null;
end
$$;
create trigger agrement_request_case after delete on agrement_request
    referencing old table as gone for each statement execute function drop_case();
create trigger fiche_report_case after delete on fiche_report
    referencing old table as gone for each statement execute function drop_case();
create trigger contact_report_case after delete on contact_report
    referencing old table as gone for each statement execute function drop_case();
