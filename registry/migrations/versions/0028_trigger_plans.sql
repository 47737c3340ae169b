-- What triggers run must cost in proportion to the rows that were written, whatever the statistics say.
--
-- A table that was filled, emptied and analysed is empty to the planner, and a transaction that fills it again is not
-- looked at by autovacuum before it commits. To read the whole of an empty index then looks cheaper than to look one key
-- up in it (there is no comparison to pay for), and a plan so made is kept for the session: each row that is written reads
-- all those before it, and a join of two tables reads their product. 5,000 offers took longer than half an hour.
--
-- The rule for trigger functions, and for the functions that they call (tests/registry/test_trigger_plans.py):
--
-- 1. They have the settings below: no join but by nested loops, no reading of a whole table where an index will do, one
--    plan for all calls. A migration that makes or replaces such a function states them.
-- 2. No two stored tables are joined. A table is looked up by a key that the query around it gives, as `= any (ids)`
--    of an array, or in a lateral subquery that ends in `offset 0`. Such a subquery is planned by itself, so that its
--    key is a parameter and an index lookup the only way to answer it; in a join, the key is one way among others.
-- 3. A filter beside the key stands outside the subquery, or the planner takes the index of the filter's column.

-- As in 0021, but for what is joined.
create or replace view am_public as
select h.offer as id,
       case when m.id is not null then m.id end as mam,
       case when m.id is not null then m.address
            when at.precision = 'address' then h.address
            when at.precision = 'street' then h.street end as address,
       case when m.id is not null then m.commune else h.commune end as commune,
       case when m.id is not null then m.postcode
            when at.precision in ('address', 'street') then h.postcode
            else c.postcodes[1] end as postcode,
       case when m.id is not null then m.lat
            when at.precision = 'address' then h.lat
            when at.precision = 'street' then h.street_lat
            else coalesce(zone.lat, c.lat) end as lat,
       case when m.id is not null then m.lon
            when at.precision = 'address' then h.lon
            when at.precision = 'street' then h.street_lon
            else coalesce(zone.lon, c.lon) end as lon,
       case when m.id is not null then m.position_precision
            when at.precision = 'zone' and zone.lat is null then 'commune'
            else at.precision end as position_precision,
       case when k.show_phone then k.phone end as phone,
       case when k.show_mail then k.mail end as mail,
       a.capacity,
       a.age_from_months,
       a.age_to_months,
       coalesce(a.status = 'valid', false) as licensed
from am_home h
cross join lateral (select postcodes, lat, lon from commune where code = h.commune offset 0) c
left join lateral (select phone, mail, show_phone, show_mail from am_contact where offer = h.offer offset 0) k on true
left join lateral (
    select capacity, age_from_months, age_to_months, status from agrement where offer = h.offer offset 0) a on true
left join lateral (select offer, mam, show from am_mam where offer = h.offer offset 0) w on true
left join lateral (
    select id, address, commune, postcode, lat, lon, position_precision, is_public(o) as is_public
    from offer o where id = w.mam offset 0) m on w.show and m.is_public
cross join lateral (select case
        when w.offer is not null then 'zone'
        when h.show = 'street' and h.street_lat is null then 'zone'
        else h.show end as precision) at
left join lateral (
    -- Where the nearest anchor of her own commune is shown; nearest on a plane tangent at the home.
    select z.shown_lat as lat, z.shown_lon as lon from zone_anchor z
    where z.commune = h.commune
    order by (z.lat - h.lat) ^ 2 + ((z.lon - h.lon) * cosd(h.lat)) ^ 2, z.lat, z.lon
    limit 1
) zone on true;

-- As before (0002, and 0024 for previews), but for what is joined. The rows to write are locked, and so are still where
-- they were found: `ctid` names them.
create or replace function derive_am(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
declare mams text[];
begin
    if not previewing() then
        mams := array(select w.mam from am_mam w where w.offer = any (ids));
        perform 1 from offer m where m.id = any (mams) order by m.id for share;
    end if;
    perform 1 from offer o where o.id = any (ids) order by o.id for no key update;
    update offer o
    set mam = p.mam, address = p.address, commune = p.commune, postcode = p.postcode, lat = p.lat,
        lon = p.lon, position_precision = p.position_precision, phone = p.phone, mail = p.mail,
        capacity = p.capacity, age_from_months = p.age_from_months, age_to_months = p.age_to_months,
        licensed = p.licensed
    from (
        select was.ctid as place, is_now.mam, is_now.address, is_now.commune, is_now.postcode, is_now.lat, is_now.lon,
               is_now.position_precision, is_now.phone, is_now.mail, is_now.capacity, is_now.age_from_months,
               is_now.age_to_months, coalesce(is_now.licensed, false) as licensed
        from unnest(ids) as wanted (id)
        cross join lateral (
            select ctid, kind, mam, address, commune, postcode, lat, lon, position_precision, phone, mail, capacity,
                   age_from_months, age_to_months, licensed
            from offer where id = wanted.id offset 0
        ) was
        left join lateral (select * from am_public where id = wanted.id offset 0) is_now on true
        where was.kind = 'assistant_maternel'
          and row (was.mam, was.address, was.commune, was.postcode, was.lat, was.lon, was.position_precision, was.phone,
                   was.mail, was.capacity, was.age_from_months, was.age_to_months, was.licensed)
              is distinct from
              row (is_now.mam, is_now.address, is_now.commune, is_now.postcode, is_now.lat, is_now.lon,
                   is_now.position_precision, is_now.phone, is_now.mail, is_now.capacity, is_now.age_from_months,
                   is_now.age_to_months, coalesce(is_now.licensed, false))
        offset 0
    ) p
    where o.ctid = p.place;
end
$$;

-- As in 0002, but for the filter.
create or replace function queue_offers(ids text[]) returns void language plpgsql as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    perform 1 from offer where id = any (ids) order by id for no key update;
    insert into outbox (index, id)
    select 'offers', id from (select id, is_public(o) from offer o where id = any (ids) offset 0) o
    where is_public order by id;
    if found then perform pg_notify('outbox', ''); end if;
end
$$;

-- As in 0011, but for what is joined.
create or replace function places_within_capacity() returns trigger language plpgsql as
$$
declare
    excess record;
    ids text[];
begin
    if tg_table_name = 'timetable_range' then
        select o.id, o.capacity, r.places into excess
        from (select timetable, max(places) as places from fresh group by timetable) r
        cross join lateral (select offer from timetable where id = r.timetable offset 0) t
        cross join lateral (select id, kind, capacity, publication from offer where id = t.offer offset 0) o
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
        from (select id, capacity, publication from offer where id = any (ids) offset 0) o
        cross join lateral (select id from timetable where offer = o.id offset 0) t
        cross join lateral (select places from timetable_range where timetable = t.id offset 0) r
        where r.places > coalesce(o.capacity, 0) and (o.publication <> 'draft' or o.capacity is not null) limit 1;
    end if;
    if excess.id is not null then
        raise exception 'offer %: % free places, the agrément allows %', excess.id, excess.places,
            coalesce(excess.capacity, 0)
            using errcode = 'check_violation', constraint = 'timetable_places_within_agrement';
    end if;
    return null;
end
$$;

-- As in 0002, but for what is joined.
create or replace function derive_from_anchor() returns trigger language plpgsql as
$$
declare communes text[];
begin
    if tg_op = 'INSERT' then communes := array(select distinct commune from fresh);
    elsif tg_op = 'DELETE' then communes := array(select distinct commune from gone);
    else communes := array(select commune from fresh union select commune from gone);
    end if;
    perform derive_all(array(select offer from am_home where commune = any (communes)));
    return null;
end
$$;

-- The settings, for what was made without them. (A function in SQL would no longer be inlined; triggers call none that
-- reads a table.)
do $$
declare routine regprocedure;
begin
    for routine in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace
          and (p.prorettype = 'trigger'::regtype
               or p.proname in ('queue_offers', 'queue_written', 'queue_places', 'derive_am', 'derive_all', 'derive_words',
                                'word_holds_to'))
    loop
        execute format(
            'alter function %s set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off'
            ' set plan_cache_mode = force_generic_plan', routine);
    end loop;
end
$$;
