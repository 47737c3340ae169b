-- Public: an employer who is a legal entity answers for her timetables, and the duty to declare is not hers.
alter table offer add column employed boolean not null default false;
comment on column offer.employed is 'an assistant maternel employed by a legal entity (crèche familiale)';

create table employment (
    offer text primary key references offer on delete cascade deferrable,
    employer uuid not null references account on delete cascade,
    since timestamptz not null default clock_timestamp()
);
create index on employment (employer);
comment on table employment is 'the employer who may keep her timetables, as she chose it herself';

create table declaration (
    id bigint generated always as identity primary key,
    offer text not null references offer on delete cascade deferrable,
    at timestamptz not null default clock_timestamp(),
    how text not null check (how in ('saved', 'unchanged', 'full')),
    account uuid references account on delete set null
);
create index on declaration (offer, at);
comment on table declaration is 'each time that she, or her employer, told her availability';

create table breach (
    offer text not null references offer on delete cascade deferrable,
    deadline date not null,
    noted_at timestamptz not null default clock_timestamp(),
    warned_at timestamptz,
    primary key (offer, deadline)
);
comment on table breach is 'deadlines that passed without a declaration; the first leads only to a warning';

create table offer_view (
    offer text not null references offer on delete cascade deferrable,
    day date not null,
    count integer not null check (count > 0),
    primary key (offer, day)
);
comment on table offer_view is 'how often a fiche was opened on a day; nothing about by whom';

-- As in 0002, but a draft is let alone: she may tell her availability while her agrément is still being read, when its
-- capacity is not known here yet. The pages hold her to the one she has entered, and whoever publishes to the agrément.
create or replace function places_within_capacity() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
declare
    excess record;
    ids text[];
begin
    if tg_table_name = 'timetable_range' then
        select o.id, o.capacity, r.places into excess
        from fresh r join timetable t on t.id = r.timetable join offer o on o.id = t.offer
        where o.kind <> 'assistant_maternel'
            or (r.places > coalesce(o.capacity, 0) and (o.publication <> 'draft' or o.capacity is not null)) limit 1;
    else
        if tg_op = 'INSERT' then
            ids := array(select id from fresh where kind = 'assistant_maternel');
        else
            ids := array(select id from (
                select id, kind, capacity, publication = 'draft' from fresh where kind = 'assistant_maternel'
                except select id, kind, capacity, publication = 'draft' from gone) changed);
        end if;
        select o.id, o.capacity, r.places into excess
        from offer o join timetable t on t.offer = o.id join timetable_range r on r.timetable = t.id
        where o.id = any (ids) and r.places > coalesce(o.capacity, 0)
            and (o.publication <> 'draft' or o.capacity is not null) limit 1;
    end if;
    if excess.id is not null then
        raise exception 'offer %: % free places, the agrément allows %', excess.id, excess.places,
            coalesce(excess.capacity, 0)
            using errcode = 'check_violation', constraint = 'timetable_places_within_agrement';
    end if;
    return null;
end
$$;
