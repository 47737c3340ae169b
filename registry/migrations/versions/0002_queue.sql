-- Claims --------------------------------------------------------------------------------------------

-- A worker claims rows instead of holding them locked, because no transaction may be open while Elasticsearch is
-- waited for. A claim is void when its worker's session is gone (its advisory lock is free) or its time is over.
alter table outbox
    add column claimed_by bigint,
    add column claimed_until timestamptz;
-- Rows live for a second. Room on the page keeps a claim from writing the primary key again, and vacuum has to come
-- by the number of dead rows, not by a share of a table that is empty most of the time.
alter table outbox set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
comment on column outbox.claimed_by is 'number of the worker that is at it (indexer_worker)';

-- Room for the next version of a row on its own page: then no index is written when a profile or a timetable changes.
alter table offer set (fillfactor = 85);
alter table timetable set (fillfactor = 90);
alter table timetable_range set (fillfactor = 85);

create table indexer_worker (
    number bigint generated always as identity primary key,
    started_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    applied bigint not null default 0,
    rate double precision not null default 0
);
comment on table indexer_worker is 'the change loops; one lives as long as it holds its advisory lock';
comment on column indexer_worker.rate is 'changes a second, between its last two reports';

-- The first key of the workers' advisory locks; the second is the worker's number.
create function worker_lock() returns integer immutable parallel safe language sql as $$ select 1919508846 $$;

create function living_workers() returns table (number bigint) stable language sql as
$$
    select l.objid::bigint from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.classid = worker_lock()::oid and l.objsubid = 2
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
$$;

-- Generations, dead letters, checks --------------------------------------------------------------------

alter table index_generation drop constraint index_generation_state_check;
alter table index_generation add check (state in ('building', 'live', 'kept'));
create unique index on index_generation (index) where state = 'kept';
comment on column index_generation.state is 'kept: the one before the live one, which goes on receiving every change';

-- A refusal is that of one index: another mapping may take the same document.
alter table dead_letter add column generation text references index_generation on delete cascade;
update dead_letter d set generation = g.name from index_generation g where g.index = d.index and g.state = 'live';
delete from dead_letter where generation is null;
alter table dead_letter drop constraint dead_letter_pkey;
alter table dead_letter alter column generation set not null;
alter table dead_letter add primary key (generation, id);
alter table dead_letter drop column index;
comment on column dead_letter.document is 'as Elasticsearch refused it; null for a deletion';

create table index_check (
    index text primary key check (index in ('offers', 'places')),
    at timestamptz not null default clock_timestamp(),
    seconds double precision not null,
    documents integer not null,
    missing integer not null,
    ghost integer not null,
    stale integer not null,
    different integer not null
);
comment on table index_check is 'the last comparison of each index with the registry';

-- Capture: locks before looks --------------------------------------------------------------------------

-- What triggers call looks rows up by their keys, with one plan for all calls, whatever the statistics say. Those of a
-- table that was empty a moment ago would have all of it read for each row; and to plan anew costs more than to run.
-- Every trigger first locks the offers it may have to queue, public or not, and only then asks whether they are
-- public. The other way round, a change of a child of an offer that another transaction is just publishing would
-- be seen by neither: not queued here, not yet committed when that one's document is built.
create or replace function queue_offers(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    perform 1 from offer where id = any (ids) order by id for no key update;
    insert into outbox (index, id)
    select 'offers', o.id from offer o where o.id = any (ids) and is_public(o) order by o.id;
    if found then perform pg_notify('outbox', ''); end if;
end
$$;
comment on function queue_offers is 'queue those that are public, in the order of their ids';

-- For offers that are, or were, public and whose rows this transaction has written or deleted itself.
create function queue_written(ids text[]) returns void language plpgsql as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    insert into outbox (index, id) select 'offers', id from unnest(ids) as id order by id;
    perform pg_notify('outbox', '');
end
$$;

-- By hand: what a check or a dead letter names, whether it is public, or exists, or not.
create function queue_again(index text, ids text[]) returns void language plpgsql as
$$
begin
    if index = 'offers' then
        perform 1 from offer where id = any (ids) order by id for no key update;
    end if;
    insert into outbox (index, id) select distinct queue_again.index, id from unnest(ids) as id order by id;
    perform pg_notify('outbox', '');
end
$$;

create or replace function queue_from_offer() returns trigger language plpgsql as
$$
declare mams text[];
begin
    if tg_op = 'INSERT' then
        perform queue_written(array(select id from fresh f where is_public(f)));
    elsif tg_op = 'DELETE' then
        perform queue_written(array(select id from gone g where is_public(g)));
    else
        perform queue_written(array(
            select coalesce(f.id, g.id) from fresh f full join gone g on g.id = f.id
            where f is distinct from g and (is_public(f) or is_public(g))));
        -- The name of a MAM stands in the documents of those who work there.
        mams := array(select id from (
            select id, name from fresh where kind = 'mam' except select id, name from gone) changed);
        if cardinality(mams) > 0 then
            perform queue_offers(array(select id from offer where mam = any (mams)));
        end if;
    end if;
    return null;
end
$$;

-- Rows that hang from an offer. One that moves to another offer changes both.
create or replace function queue_from_child() returns trigger language plpgsql as
$$
declare ids text[];
begin
    if tg_op = 'INSERT' then ids := array(select distinct offer from fresh);
    elsif tg_op = 'DELETE' then ids := array(select distinct offer from gone);
    else ids := array(
        select distinct offer from (
            (select * from fresh except select * from gone) union all
            (select * from gone except select * from fresh)) changed);
    end if;
    perform queue_offers(ids);
    return null;
end
$$;

-- Rows that hang from a timetable, whose offer must not change meanwhile, hence its lock.
create or replace function queue_from_range() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
declare ids bigint[];
begin
    if tg_op = 'INSERT' then ids := array(select distinct timetable from fresh);
    elsif tg_op = 'DELETE' then ids := array(select distinct timetable from gone);
    else ids := array(
        select distinct timetable from (
            (select * from fresh except select * from gone) union all
            (select * from gone except select * from fresh)) changed);
    end if;
    perform 1 from timetable where id = any (ids) order by id for share;
    perform queue_offers(array(select distinct offer from timetable where id = any (ids)));
    return null;
end
$$;

-- Derivation and checks, at less cost -------------------------------------------------------------------

-- As in 0001, but for the plan and for AM who are looked up before the view is.
create or replace function derive_am(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
begin
    perform 1 from offer m where m.id in (select w.mam from am_mam w where w.offer = any (ids)) order by m.id for share;
    perform 1 from offer o where o.id = any (ids) order by o.id for no key update;
    ids := array(select id from offer where id = any (ids) and kind = 'assistant_maternel');
    update offer o
    set mam = p.mam, address = p.address, commune = p.commune, postcode = p.postcode, lat = p.lat,
        lon = p.lon, position_precision = p.position_precision, phone = p.phone, mail = p.mail,
        capacity = p.capacity, age_from_months = p.age_from_months, age_to_months = p.age_to_months,
        licensed = coalesce(p.licensed, false)
    from unnest(ids) as wanted (id) left join am_public p on p.id = wanted.id
    where o.id = wanted.id
      and row (o.mam, o.address, o.commune, o.postcode, o.lat, o.lon, o.position_precision, o.phone, o.mail,
               o.capacity, o.age_from_months, o.age_to_months, o.licensed)
          is distinct from
          row (p.mam, p.address, p.commune, p.postcode, p.lat, p.lon, p.position_precision, p.phone, p.mail,
               p.capacity, p.age_from_months, p.age_to_months, coalesce(p.licensed, false));
end
$$;

-- An update concerns only those whose derived columns it wrote, and those who work in a MAM of which something changed
-- that they show. (EXCEPT and not a join of old and new rows: the plan of a statement that wrote one row is kept for
-- the next one, which may write a hundred thousand.)
create or replace function derive_from_offer() returns trigger language plpgsql as
$$
declare
    ids text[];
    mams text[];
begin
    if tg_op = 'INSERT' then
        ids := array(select id from fresh where kind = 'assistant_maternel');
    else
        ids := array(select id from (
            select id, kind, mam, address, commune, postcode, lat, lon, position_precision, phone, mail, capacity,
                   age_from_months, age_to_months, licensed
            from fresh where kind = 'assistant_maternel'
            except
            select id, kind, mam, address, commune, postcode, lat, lon, position_precision, phone, mail, capacity,
                   age_from_months, age_to_months, licensed
            from gone) changed);
        mams := array(select id from (
            select id, kind, address, commune, postcode, lat, lon, position_precision, is_public(f)
            from fresh f where kind = 'mam'
            except
            select id, kind, address, commune, postcode, lat, lon, position_precision, is_public(g)
            from gone g) changed);
        if cardinality(mams) > 0 then
            ids := ids || array(select w.offer from am_mam w where w.mam = any (mams));
        end if;
    end if;
    if cardinality(ids) > 0 then perform derive_am(ids); end if;
    return null;
end
$$;

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
        where o.kind <> 'assistant_maternel' or r.places > coalesce(o.capacity, 0) limit 1;
    else
        if tg_op = 'INSERT' then
            ids := array(select id from fresh where kind = 'assistant_maternel');
        else
            ids := array(select id from (
                select id, kind, capacity from fresh where kind = 'assistant_maternel'
                except select id, kind, capacity from gone) changed);
        end if;
        select o.id, o.capacity, r.places into excess
        from offer o join timetable t on t.offer = o.id join timetable_range r on r.timetable = t.id
        where o.id = any (ids) and r.places > coalesce(o.capacity, 0) limit 1;
    end if;
    if excess.id is not null then
        raise exception 'offer %: % free places, the agrément allows %', excess.id, excess.places,
            coalesce(excess.capacity, 0)
            using errcode = 'check_violation', constraint = 'timetable_places_within_agrement';
    end if;
    return null;
end
$$;

-- Fan-out: one row that touches the documents of many offers ---------------------------------------------

-- A renamed commune may stand in 85,000 documents. Its transaction leaves one row here; the indexer then queues the
-- offers, a bounded number in each transaction. Nothing is lost by doing it later: when it is done the change is
-- committed, so whoever builds a document after that sees it, and whoever built one before is queued.
create table fan_out (
    seq bigint generated always as identity primary key,
    field text not null check (field in ('commune', 'source')),
    value text not null,
    after text not null default '',
    at timestamptz not null default clock_timestamp()
);
comment on table fan_out is 'all offers whose `field` is `value` and whose id comes after `after` are still to be queued';

-- Queue the next offers of the oldest fan-out; false when there is none that nobody else is at.
create function expand_fan_out(most integer) returns boolean language plpgsql as
$$
declare
    job fan_out;
    ids text[];
begin
    select * into job from fan_out order by seq limit 1 for update skip locked;
    if job.seq is null then return false; end if;
    execute format('select array(select id from offer where %I = $1 and id > $2 order by id limit $3)', job.field)
        into ids using job.value, job.after, most;
    perform queue_offers(ids);
    if cardinality(ids) < most then
        delete from fan_out where seq = job.seq;
    else
        update fan_out set after = ids[most] where seq = job.seq;
    end if;
    return true;
end
$$;
create index on offer (source);

create function fan_out(field text, codes text[]) returns void language sql as
$$
    insert into fan_out (field, value) select $1, code from unnest(codes) as code order by code;
    select pg_notify('outbox', '') where cardinality(codes) > 0;
$$;

-- Territory ------------------------------------------------------------------------------------------

-- An EPCI's document sums up many communes, and a zone depends on anchors: two transactions that change the territory
-- follow one another, and a home that is written meanwhile waits. Taken before any row, so that nobody waits in a ring.
create function lock_territory() returns trigger language plpgsql as
$$
begin
    if tg_table_name = 'am_home' then
        perform pg_advisory_xact_lock_shared(hashtext('ribambelle territory'));
    else
        perform pg_advisory_xact_lock(hashtext('ribambelle territory'));
    end if;
    return null;
end
$$;

create trigger lock_territory before insert or update on am_home for each statement execute function lock_territory();
create trigger lock_territory before insert or update or delete on commune
    for each statement execute function lock_territory();
create trigger lock_territory before insert or update or delete on epci
    for each statement execute function lock_territory();
create trigger lock_territory before insert or update or delete on department
    for each statement execute function lock_territory();
create trigger lock_territory before insert or update or delete on zone_anchor
    for each statement execute function lock_territory();

create or replace function queue_places(ids text[]) returns void language plpgsql as
$$
begin
    insert into outbox (index, id) select distinct 'places', id from unnest(ids) as id order by 2;
    if found then perform pg_notify('outbox', ''); end if;
end
$$;

-- Derive many, a bounded number at a time.
create function derive_all(ids text[]) returns void language plpgsql as
$$
declare start integer;
begin
    ids := array(select id from unnest(ids) as id order by id);
    for start in 1 .. cardinality(ids) by 5000 loop
        perform derive_am(ids[start : start + 4999]);
    end loop;
end
$$;

create or replace function queue_from_commune() returns trigger language plpgsql as
$$
declare codes text[];
begin
    if tg_op = 'INSERT' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from fresh));
    elsif tg_op = 'DELETE' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from gone));
    else
        -- `json` has no equality; `jsonb` has.
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from (
            (select code, epci, department, to_jsonb(f) from fresh f
                except select code, epci, department, to_jsonb(g) from gone g)
            union all
            (select code, epci, department, to_jsonb(g) from gone g
                except select code, epci, department, to_jsonb(f) from fresh f)) changed));
        codes := array(select code from (
            select code, postcodes, lat, lon from fresh except select code, postcodes, lat, lon from gone) changed);
        perform derive_all(array(select offer from am_home where commune = any (codes)));
        perform fan_out('commune', array(select code from (
            select code, name, parent, department, epci from fresh
            except select code, name, parent, department, epci from gone) changed));
    end if;
    return null;
end
$$;

create or replace function derive_from_anchor() returns trigger language plpgsql as
$$
begin
    if tg_op = 'INSERT' then
        perform derive_all(array(select offer from am_home where commune in (select commune from fresh)));
    elsif tg_op = 'DELETE' then
        perform derive_all(array(select offer from am_home where commune in (select commune from gone)));
    else
        perform derive_all(array(
            select offer from am_home where commune in (select commune from fresh union select commune from gone)));
    end if;
    return null;
end
$$;
create trigger a_derive_update after update on zone_anchor referencing new table as fresh old table as gone
    for each statement execute function derive_from_anchor();

create or replace function queue_from_source() returns trigger language plpgsql as
$$
begin
    perform fan_out('source', array(
        select code from (select * from fresh except select * from gone) changed));
    return null;
end
$$;

-- TRUNCATE, which has no transition tables -----------------------------------------------------------------

-- Before: what stands there is still to be seen, and the table is locked already.
create function queue_truncated() returns trigger language plpgsql as
$$
declare
    ids text[];
    start integer;
begin
    if tg_table_name = 'offer' then
        perform queue_written(array(select id from offer o where is_public(o)));
    elsif tg_table_name in ('commune', 'epci', 'department') then
        execute format('select array(select %L || code from %I)', tg_table_name || ':', tg_table_name) into ids;
        perform queue_places(ids);
    else
        if tg_table_name = 'timetable_range' then
            ids := array(
                select distinct t.offer from timetable t where exists (
                    select from timetable_range r where r.timetable = t.id) order by t.offer);
        else
            execute format('select array(select distinct offer from %I order by offer)', tg_table_name) into ids;
        end if;
        for start in 1 .. cardinality(ids) by 5000 loop
            perform queue_offers(ids[start : start + 4999]);
        end loop;
    end if;
    return null;
end
$$;

-- After: what every assistant maternel shows without the rows that are gone.
create function derive_truncated() returns trigger language plpgsql as
$$
begin
    perform derive_all(array(select id from offer where kind = 'assistant_maternel'));
    return null;
end
$$;

do $$
declare relation text;
begin
    foreach relation in array
        '{offer,opening,timetable,timetable_range,leave,commune,epci,department}'::text[]
    loop
        execute format('create trigger c_queue_truncate before truncate on %I for each statement '
            'execute function queue_truncated()', relation);
    end loop;
    foreach relation in array '{am_home,am_contact,agrement,am_mam,zone_anchor}'::text[] loop
        execute format('create trigger a_derive_truncate after truncate on %I for each statement '
            'execute function derive_truncated()', relation);
    end loop;
end
$$;
