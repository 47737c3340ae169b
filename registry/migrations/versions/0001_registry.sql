-- The registry's tables. Two rules shape them (docs/design.md, "What must never break", 1 and 2):
--   * a private fact stands in a table of its own (am_identity, am_contact, am_home, am_mam, agrement);
--   * `offer` and what hangs from it hold public facts only. Those of an assistant maternel are derived
--     from her private tables by triggers when they are written, so that no path can forget it.
create extension if not exists btree_gist;

-- Territory ---------------------------------------------------------------------------------------

create table department (
    code text primary key,
    name text not null,
    region_code text not null,
    region_name text not null,
    bounds double precision[] check (cardinality(bounds) = 4),
    contour json
);

create table epci (
    code text primary key check (code ~ '^[0-9]{9}$'),
    name text not null,
    type text not null
);

create table commune (
    code text primary key check (code ~ '^[0-9][0-9AB][0-9]{3}$'),
    name text not null,
    parent text references commune,
    department text not null references department,
    epci text references epci,
    postcodes text[] not null check (cardinality(postcodes) > 0),
    population integer not null check (population >= 0),
    area_km2 double precision check (area_km2 > 0),
    lat double precision not null check (lat between -90 and 90),
    lon double precision not null check (lon between -180 and 180),
    bounds double precision[] check (cardinality(bounds) = 4),
    contour json
);
comment on column commune.parent is 'the city of an arrondissement of Paris, Lyon or Marseille';
comment on column commune.bounds is 'west, south, east, north of the contour, in degrees';
comment on column commune.contour is 'a GeoJSON geometry; a few communes have none';

create table retired_commune (
    code text primary key,
    current_code text not null references commune
);

create table zone_anchor (
    commune text not null references commune on delete cascade,
    lat double precision not null,
    lon double precision not null,
    primary key (commune, lat, lon)
);
comment on table zone_anchor is
    'centres of the fixed grid that fall in the contour; none where the zone is the whole commune';

-- Offers: public facts only -----------------------------------------------------------------------

create table source (
    code text primary key,
    label text not null,
    licence text not null,
    published text not null
);
comment on column source.published is 'when the data were published, as the producer says it: a year or a date';

create table offer (
    id text primary key check (id ~ '^[0-9abcdefghjkmnpqrstvwxyz]{12}$'),
    kind text not null check (kind in (
        'eaje', 'mam', 'assistant_maternel', 'rpe', 'lieu_information', 'accueil_loisirs', 'laep',
        'mediation_familiale', 'garde_domicile', 'espace_rencontre', 'reaap', 'clas',
        'point_relais_caf', 'point_numerique_caf', 'france_services')),
    subkind text check (subkind in (
        'multi_accueil', 'multi_accueil_familial', 'creche_collective', 'creche_familiale',
        'creche_parentale', 'creche_personnel', 'micro_creche', 'halte_garderie', 'jardin_enfants')),
    name text not null check (length(btrim(name)) between 1 and 200),
    project text check (length(project) <= 4000),
    manager_name text check (length(manager_name) <= 200),
    manager_type text check (manager_type in (
        'commune', 'intercommunalite', 'departement', 'etat', 'caf', 'hopital', 'association',
        'mutuelle', 'entreprise')),
    address text check (length(address) <= 300),
    commune text references commune,
    postcode text check (postcode ~ '^[0-9]{5}$'),
    lat double precision check (lat between -90 and 90),
    lon double precision check (lon between -180 and 180),
    position_precision text check (position_precision in ('address', 'street', 'zone', 'commune')),
    capacity smallint check (capacity > 0),
    age_from_months smallint check (age_from_months >= 0),
    age_to_months smallint,
    funding text check (funding in ('psu', 'paje')),
    phone text check (length(phone) <= 30),
    mail text check (length(mail) <= 254),
    site text check (site ~ '^https?://' and length(site) <= 500),
    features text[] not null default '{}' check (features <@ array[
        'handicap', 'atypical_hours', 'emergency_places', 'occasional_care', 'meals', 'nappies',
        'garden', 'no_smoking', 'no_pets', 'pets', 'school_run']),
    languages text[] not null default '{}' check (languages <@ array[
        'fr', 'en', 'es', 'de', 'it', 'pt', 'ar', 'br', 'pl', 'ro', 'tr', 'zh', 'ru', 'uk', 'lsf']),
    hourly_cents integer check (hourly_cents > 0),
    upkeep_cents integer check (upkeep_cents >= 0),
    meal_cents integer check (meal_cents >= 0),
    mam text references offer,
    members smallint check (members > 0),
    confirmed_on date,
    publication text not null default 'draft' check (publication in ('draft', 'published', 'paused', 'closed')),
    licensed boolean not null default true,
    fictitious boolean not null,
    source text references source,
    check (age_to_months > age_from_months),
    check (subkind is null or kind = 'eaje'),
    check (mam is null or kind = 'assistant_maternel'),
    check (kind = 'assistant_maternel' or licensed),
    -- A draft may not know its place yet; nothing is published without one.
    check (publication in ('draft', 'closed')
        or num_nulls(commune, postcode, lat, lon, position_precision) = 0)
);
create index on offer (commune);
create index on offer (kind);
create index on offer (mam);
comment on column offer.age_to_months is 'months, exclusive: "up to 3 years" is 36';
comment on column offer.hourly_cents is 'net hourly tariff in euro cents; upkeep by day, meal by meal';
comment on column offer.mam is 'the MAM where she works, only when she lets it be shown';
comment on column offer.members is 'assistants maternels who work in a MAM';
comment on column offer.confirmed_on is 'the day the offer was last confirmed by the one who keeps it';
comment on column offer.licensed is 'her agrément is in force; true for structures';

-- The one rule of publication; documents, checks and places where an AM shows her MAM all use it.
create function is_public(o offer) returns boolean immutable parallel safe language sql as
$$ select o.publication = 'published' and o.licensed $$;

-- A time of the week in minutes from Monday 00:00, split where it passes Sunday midnight.
create function week_minutes(weekday integer, start_minute integer, end_minute integer)
    returns int4multirange immutable parallel safe language sql as
$$
    select case
        when weekday * 1440 + end_minute <= 10080
            then int4multirange(int4range(weekday * 1440 + start_minute, weekday * 1440 + end_minute))
        else int4multirange(
            int4range(weekday * 1440 + start_minute, 10080),
            int4range(0, weekday * 1440 + end_minute - 10080))
    end
$$;

-- A weekday and a minute of the day as documents say them; 24:00 is the end of the day, later is the next one.
create function day_code(weekday integer) returns text immutable parallel safe language sql as
$$ select (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[weekday + 1] $$;

create function hour_text(minute integer) returns text immutable parallel safe language sql as
$$
    select to_char(m / 60, 'FM00') || ':' || to_char(m % 60, 'FM00')
    from (select case when minute > 1440 then minute - 1440 else minute end as m) as of_day
$$;

create table opening (
    offer text not null references offer on delete cascade,
    weekday smallint not null check (weekday between 0 and 6),
    start_minute smallint not null check (start_minute between 0 and 1439),
    end_minute smallint not null,
    primary key (offer, weekday, start_minute),
    check (end_minute > start_minute and end_minute <= start_minute + 1440),
    week int4multirange not null generated always as (week_minutes(weekday, start_minute, end_minute)) stored,
    exclude using gist (offer with =, week with &&)
);
comment on table opening is 'opening hours of a structure; weekday 0 is Monday';

create table timetable (
    id bigint generated always as identity primary key,
    offer text not null references offer on delete cascade deferrable,
    period daterange not null check (not isempty(period) and not lower_inf(period)),
    constraint timetable_periods_do_not_overlap exclude using gist (offer with =, period with &&)
);
create index on timetable (offer);

create table timetable_range (
    timetable bigint not null references timetable on delete cascade,
    weekday smallint not null check (weekday between 0 and 6),
    slot smallint not null constraint timetable_two_ranges_a_day check (slot in (1, 2)),
    start_minute smallint not null check (start_minute between 0 and 1439),
    end_minute smallint not null,
    places smallint not null check (places between 1 and 6),
    primary key (timetable, weekday, slot),
    check (end_minute > start_minute and end_minute <= start_minute + 1440),
    week int4multirange not null generated always as (week_minutes(weekday, start_minute, end_minute)) stored,
    constraint timetable_ranges_do_not_overlap exclude using gist (timetable with =, week with &&)
);

create table leave (
    offer text not null references offer on delete cascade deferrable,
    day date not null,
    primary key (offer, day)
);
comment on table leave is 'days off, shown to parents; they do not split a period';

-- What only the registry may know of an assistant maternel ------------------------------------------

create table am_identity (
    offer text primary key references offer on delete cascade deferrable,
    first_name text not null check (length(btrim(first_name)) between 1 and 100),
    last_name text not null check (length(btrim(last_name)) between 1 and 100),
    birth_date date
);

create table am_contact (
    offer text primary key references offer on delete cascade deferrable,
    phone text,
    mail text,
    show_phone boolean not null default false,
    show_mail boolean not null default false
);

create table am_home (
    offer text primary key references offer on delete cascade deferrable,
    address text not null,
    street text,
    postcode text not null check (postcode ~ '^[0-9]{5}$'),
    commune text not null references commune,
    lat double precision not null check (lat between -90 and 90),
    lon double precision not null check (lon between -180 and 180),
    street_lat double precision check (street_lat between -90 and 90),
    street_lon double precision check (street_lon between -180 and 180),
    show text not null default 'zone' check (show in ('address', 'street', 'zone')),
    check ((street_lat is null) = (street_lon is null))
);
comment on column am_home.street_lat is 'the geocoder''s point for the street; without it, street falls back to zone';

create table agrement (
    offer text primary key references offer on delete cascade deferrable,
    department text not null references department,
    number text not null check (length(btrim(number)) between 1 and 40),
    starts_on date not null,
    ends_on date,
    capacity smallint not null check (capacity between 1 and 6),
    age_from_months smallint not null default 0 check (age_from_months >= 0),
    age_to_months smallint not null default 216,
    status text not null default 'valid' check (status in ('valid', 'suspended', 'withdrawn', 'ceased', 'expired')),
    unique (department, number),
    check (ends_on >= starts_on),
    check (age_to_months > age_from_months)
);

create table am_mam (
    offer text primary key references offer on delete cascade deferrable,
    mam text not null references offer,
    show boolean not null default true
);
create index on am_mam (mam);
create index on am_home (commune);

create table import_record (
    source text not null references source,
    key text not null,
    offer text not null references offer,
    content_hash text not null,
    primary key (source, key)
);
comment on table import_record is 'which row of which source became which offer, so that ids are stable';

-- From private to public ----------------------------------------------------------------------------

-- The public facts of every assistant maternel, derived from her private tables. An AM who works in a MAM
-- stands at the MAM; if she hides it (or it is not public itself) she stands in her home's zone.
create view am_public as
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
join commune c on c.code = h.commune
left join am_contact k on k.offer = h.offer
left join agrement a on a.offer = h.offer
left join am_mam w on w.offer = h.offer
left join offer m on m.id = w.mam and w.show and is_public(m)
cross join lateral (select case
        when w.offer is not null then 'zone'
        when h.show = 'street' and h.street_lat is null then 'zone'
        else h.show end as precision) at
left join lateral (
    -- The nearest anchor of her own commune, on a plane tangent at the home.
    select z.lat, z.lon from zone_anchor z
    where z.commune = h.commune
    order by (z.lat - h.lat) ^ 2 + ((z.lon - h.lon) * cosd(h.lat)) ^ 2, z.lat, z.lon
    limit 1
) zone on true;

-- Writes what differs, so that a private change with the same public face writes no row of `offer`. An AM
-- without a home or an agrément is not licensed, hence not public.
--
-- The locks come first, in statements of their own: whoever waited for another transaction then reads what that
-- one wrote. Without them, an AM tied to a MAM that is just being closed would go on standing there.
create function derive_am(ids text[]) returns void language plpgsql as
$$
begin
    perform 1 from offer m where m.id in (select w.mam from am_mam w where w.offer = any (ids)) order by m.id for share;
    perform 1 from offer o where o.id = any (ids) order by o.id for no key update;
    update offer o
    set mam = p.mam, address = p.address, commune = p.commune, postcode = p.postcode, lat = p.lat,
        lon = p.lon, position_precision = p.position_precision, phone = p.phone, mail = p.mail,
        capacity = p.capacity, age_from_months = p.age_from_months, age_to_months = p.age_to_months,
        licensed = coalesce(p.licensed, false)
    from unnest(ids) as wanted (id) left join am_public p on p.id = wanted.id
    where o.id = wanted.id and o.kind = 'assistant_maternel'
      and row (o.mam, o.address, o.commune, o.postcode, o.lat, o.lon, o.position_precision, o.phone, o.mail,
               o.capacity, o.age_from_months, o.age_to_months, o.licensed)
          is distinct from
          row (p.mam, p.address, p.commune, p.postcode, p.lat, p.lon, p.position_precision, p.phone, p.mail,
               p.capacity, p.age_from_months, p.age_to_months, coalesce(p.licensed, false));
end
$$;

create function derive_from_private() returns trigger language plpgsql as
$$
declare ids text[];
begin
    if tg_op = 'INSERT' then ids := array(select offer from fresh);
    elsif tg_op = 'DELETE' then ids := array(select offer from gone);
    else ids := array(select offer from fresh union select offer from gone);
    end if;
    if cardinality(ids) > 0 then perform derive_am(ids); end if;
    return null;
end
$$;

-- The same for `offer` itself: an AM written directly gets her derived columns at once, and the AM of a
-- MAM follow it when it moves, closes or opens again.
create function derive_from_offer() returns trigger language plpgsql as
$$
declare ids text[];
begin
    if tg_op = 'INSERT' then
        ids := array(select id from fresh where kind = 'assistant_maternel');
    else
        ids := array(
            select id from fresh where kind = 'assistant_maternel'
            union
            select w.offer from fresh m join am_mam w on w.mam = m.id where m.kind = 'mam');
    end if;
    if cardinality(ids) > 0 then perform derive_am(ids); end if;
    return null;
end
$$;

-- More free places than the agrément allows are refused, whichever of the two is written.
create function places_within_capacity() returns trigger language plpgsql as
$$
declare excess record;
begin
    if tg_table_name = 'offer' then
        select o.id, o.capacity, r.places into excess
        from fresh o join timetable t on t.offer = o.id join timetable_range r on r.timetable = t.id
        where o.kind = 'assistant_maternel' and r.places > coalesce(o.capacity, 0) limit 1;
    else
        select o.id, o.capacity, r.places into excess
        from fresh r join timetable t on t.id = r.timetable join offer o on o.id = t.offer
        where o.kind <> 'assistant_maternel' or r.places > coalesce(o.capacity, 0) limit 1;
    end if;
    if excess.id is not null then
        raise exception 'offer %: % free places, the agrément allows %', excess.id, excess.places,
            coalesce(excess.capacity, 0)
            using errcode = 'check_violation', constraint = 'timetable_places_within_agrement';
    end if;
    return null;
end
$$;

-- Change capture ----------------------------------------------------------------------------------------

create table outbox (
    seq bigint generated always as identity primary key,
    index text not null check (index in ('offers', 'places')),
    id text not null,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp()
);
comment on table outbox is 'documents to build again; the sequence is the version of the document';

create table dead_letter (
    index text not null,
    id text not null,
    seq bigint not null,
    reason text not null,
    document jsonb,
    at timestamptz not null default clock_timestamp(),
    primary key (index, id)
);

create table index_generation (
    name text primary key,
    index text not null check (index in ('offers', 'places')),
    state text not null check (state in ('building', 'live')),
    created_at timestamptz not null default clock_timestamp()
);
create unique index on index_generation (index) where state = 'live';
comment on table index_generation is 'the Elasticsearch indexes that receive changes';

-- Offers are locked in the order of their ids before the sequence is taken: for one offer, the order of
-- the sequence is then the order of the commits (docs/indexer.md, "Capture").
create function queue_offers(ids text[]) returns void language plpgsql as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    perform 1 from offer where id = any (ids) order by id for no key update;
    insert into outbox (index, id) select 'offers', id from unnest(ids) as id order by id;
    perform pg_notify('outbox', '');
end
$$;

create function queue_from_offer() returns trigger language plpgsql as
$$
begin
    if tg_op = 'INSERT' then
        perform queue_offers(array(select id from fresh f where is_public(f)));
    elsif tg_op = 'DELETE' then
        perform queue_offers(array(select id from gone g where is_public(g)));
    else
        perform queue_offers(array(
            select coalesce(f.id, g.id) from fresh f full join gone g on g.id = f.id
            where f is distinct from g and (is_public(f) or is_public(g))
            union
            -- The name of a MAM stands in the documents of those who work there.
            select a.id from offer a join fresh f on f.id = a.mam join gone g on g.id = f.id
            where f.name <> g.name and is_public(a)));
    end if;
    return null;
end
$$;

create function queue_from_child() returns trigger language plpgsql as
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
    perform queue_offers(array(select id from offer o where id = any (ids) and is_public(o)));
    return null;
end
$$;

create function queue_from_range() returns trigger language plpgsql as
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
    perform queue_offers(array(
        select distinct o.id from timetable t join offer o on o.id = t.offer
        where t.id = any (ids) and is_public(o)));
    return null;
end
$$;

-- A place is queued with the EPCI and department that are summed up from it; the offers of a commune are
-- queued when a name or membership that stands in their documents changed.
create function place_ids(commune text, epci text, department text) returns text[] immutable language sql as
$$ select array_remove(array['commune:' || commune, 'epci:' || epci, 'department:' || department], null) $$;

create function queue_places(ids text[]) returns void language sql as
$$
    insert into outbox (index, id) select distinct 'places', id from unnest(ids) as id order by 2;
    select pg_notify('outbox', '');
$$;

create function queue_from_commune() returns trigger language plpgsql as
$$
begin
    if tg_op = 'INSERT' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from fresh));
    elsif tg_op = 'DELETE' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from gone));
    else
        perform queue_places(array(
            select unnest(place_ids(code, epci, department)) from fresh union
            select unnest(place_ids(code, epci, department)) from gone));
        perform derive_am(array(select h.offer from am_home h join fresh f on f.code = h.commune));
        perform queue_offers(array(
            select o.id from offer o join fresh f on f.code = o.commune join gone g on g.code = f.code
            where is_public(o) and row (f.name, f.parent, f.department, f.epci)
                is distinct from row (g.name, g.parent, g.department, g.epci)));
    end if;
    return null;
end
$$;

create function queue_from_territory() returns trigger language plpgsql as
$$
begin
    if tg_op = 'DELETE' then
        perform queue_places(array(select tg_table_name || ':' || code from gone));
    else
        perform queue_places(array(select tg_table_name || ':' || code from fresh));
    end if;
    return null;
end
$$;

create function derive_from_anchor() returns trigger language plpgsql as
$$
begin
    if tg_op = 'DELETE' then
        perform derive_am(array(select offer from am_home where commune in (select commune from gone)));
    else
        perform derive_am(array(select offer from am_home where commune in (select commune from fresh)));
    end if;
    return null;
end
$$;

create function queue_from_source() returns trigger language plpgsql as
$$
begin
    perform queue_offers(array(
        select o.id from offer o join fresh f on f.code = o.source join gone g on g.code = f.code
        where is_public(o) and f is distinct from g));
    return null;
end
$$;

-- Transition tables allow one event a trigger, hence three triggers for each table. AFTER triggers of one
-- event fire in the order of their names: first derive, then check, then queue.
do $$
declare
    each record;
    event text;
    seen text;
begin
    for each in
        select * from (values
            ('am_home', 'a_derive', 'derive_from_private', '{insert,update,delete}'::text[]),
            ('am_contact', 'a_derive', 'derive_from_private', '{insert,update,delete}'),
            ('agrement', 'a_derive', 'derive_from_private', '{insert,update,delete}'),
            ('am_mam', 'a_derive', 'derive_from_private', '{insert,update,delete}'),
            ('offer', 'a_derive', 'derive_from_offer', '{insert,update}'),
            ('offer', 'b_check', 'places_within_capacity', '{insert,update}'),
            ('timetable_range', 'b_check', 'places_within_capacity', '{insert,update}'),
            ('offer', 'c_queue', 'queue_from_offer', '{insert,update,delete}'),
            ('opening', 'c_queue', 'queue_from_child', '{insert,update,delete}'),
            ('timetable', 'c_queue', 'queue_from_child', '{insert,update,delete}'),
            ('leave', 'c_queue', 'queue_from_child', '{insert,update,delete}'),
            ('timetable_range', 'c_queue', 'queue_from_range', '{insert,update,delete}'),
            ('zone_anchor', 'a_derive', 'derive_from_anchor', '{insert,delete}'),
            ('commune', 'c_queue', 'queue_from_commune', '{insert,update,delete}'),
            ('epci', 'c_queue', 'queue_from_territory', '{insert,update,delete}'),
            ('department', 'c_queue', 'queue_from_territory', '{insert,update,delete}'),
            ('source', 'c_queue', 'queue_from_source', '{update}')
        ) as t (relation, prefix, callee, events)
    loop
        foreach event in array each.events loop
            seen := case event
                when 'insert' then 'new table as fresh'
                when 'delete' then 'old table as gone'
                else 'new table as fresh old table as gone' end;
            execute format('create trigger %I after %s on %I referencing %s for each statement execute function %I()',
                each.prefix || '_' || event, event, each.relation, seen, each.callee);
        end loop;
    end loop;
end
$$;
