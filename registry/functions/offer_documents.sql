-- One row for each public offer: its id and its document (mappings/documents.py, Offer); of these ids, or of all (null).
-- The only generator: the full rebuild, single changes, the check and every preview read this. It sees public columns
-- alone.
--
-- PostgreSQL puts the function's query into the one that calls it (hence STABLE, not STRICT, no SET) and folds what it
-- knows of `ids`. Children are gathered by offer and then joined: so the whole country is one merge in the order of
-- the ids, that streams from its first row and sorts nothing, and a few offers are a few look-ups.
--
-- The JSON is written as text, for a sixth of what json_build_object costs. A field without a value is null as a whole
-- (`||`) and left out (`concat_ws`). Codes whose table allows nothing that JSON would escape go in as they are.
create or replace function offer_documents(ids text[]) returns table (id text, document bytea)
    stable parallel safe language sql as
$$
with opened as (
    select h.offer,
        string_agg('{"day":"' || day_code(h.weekday) || '","start":"' || hour_text(h.start_minute)
            || '","end":"' || hour_text(h.end_minute) || '"}', ',' order by h.weekday, h.start_minute) as hours,
        range_agg(h.week) as week
    from opening h
    where (ids is null or h.offer = any (ids))
    group by h.offer
), away as (
    select l.offer, string_agg('"' || l.day || '"', ',' order by l.day) as days
    from leave l
    where (ids is null or l.offer = any (ids))
    group by l.offer
), free as (
    select t.offer, string_agg(
        '{"period":{' || concat_ws(',', '"gte":"' || lower(t.period) || '"', '"lte":"' || upper(t.period) - 1 || '"')
            || '},"week":[' || coalesce(levels.week, '') || '],"ranges":[' || coalesce(r.said, '') || ']}',
        ',' order by lower(t.period)) as periods
    from timetable t
    cross join lateral (
        select
            string_agg('{"day":"' || day_code(r.weekday) || '","start":"' || hour_text(r.start_minute)
                || '","end":"' || hour_text(r.end_minute) || '","places":' || r.places || '}',
                ',' order by r.weekday, r.start_minute) as said,
            -- For each level of places, the union of the ranges that have as many: what touches is merged.
            range_agg(r.week) as week_1,
            range_agg(r.week) filter (where r.places >= 2) as week_2,
            range_agg(r.week) filter (where r.places >= 3) as week_3,
            range_agg(r.week) filter (where r.places >= 4) as week_4,
            range_agg(r.week) filter (where r.places >= 5) as week_5,
            range_agg(r.week) filter (where r.places >= 6) as week_6
        from timetable_range r
        where r.timetable = t.id
    ) r
    cross join lateral (
        select string_agg(
            '{"gte":' || lower(piece) + level * 10080 || ',"lt":' || upper(piece) + level * 10080 || '}',
            ',' order by level, lower(piece)) as week
        from (values (1, week_1), (2, week_2), (3, week_3), (4, week_4), (5, week_5), (6, week_6)) as l (level, week)
        cross join lateral unnest(l.week) as piece
    ) levels
    where (ids is null or t.offer = any (ids))
    group by t.offer
)
select o.id, convert_to('{' || concat_ws(',',
    '"id":"' || o.id || '"',
    '"kind":"' || o.kind || '"',
    '"subkind":"' || o.subkind || '"',
    '"name":' || to_json(o.name),
    '"what":' || to_json(search_words(o.kind, o.subkind)),
    '"project":' || to_json(o.project),
    case when num_nonnulls(o.manager_name, o.manager_type) > 0 then '"manager":{' || concat_ws(',',
        '"name":' || to_json(o.manager_name),
        '"type":' || to_json(o.manager_type)) || '}' end,
    '"position":{"lat":' || o.lat || ',"lon":' || o.lon || '}',
    '"precision":"' || o.position_precision || '"',
    '"located":' || (o.position_precision <> 'commune'),
    -- A circle of the commune's area; where that is not known, of the mean one in France.
    case when o.position_precision = 'commune'
        then '"spread_km":' || greatest(round(sqrt(coalesce(c.area_km2, 15) / pi())::numeric, 2), 0.1) end,
    '"address":' || to_json(o.address),
    '"commune":{' || concat_ws(',',
        '"code":"' || c.code || '"',
        '"codes":["' || concat_ws('","', c.code, c.parent) || '"]',
        '"name":' || to_json(c.name),
        '"postcode":"' || o.postcode || '"') || '}',
    '"epci":"' || c.epci || '"',
    '"department":' || to_json(c.department),
    '"capacity":' || o.capacity,
    '"members":' || o.members,
    case when o.age_from_months is not null then '"ages":{' || concat_ws(',',
        '"gte":' || o.age_from_months,
        '"lt":' || o.age_to_months) || '}' end,
    '"funding":"' || o.funding || '"',
    case when o.kind = 'mam' or m.id is not null then '"workplace":"mam"'
        when o.kind = 'assistant_maternel' then '"workplace":"home"' end,
    case when o.employed then '"employed":true' end,
    '"features":' || to_json(nullif(o.features, '{}')),
    '"languages":' || to_json(nullif(o.languages, '{}')),
    '"schools":' || to_json(nullif(o.schools, '{}')),
    case when num_nonnulls(o.hourly_cents, o.upkeep_cents, o.meal_cents) > 0 then '"tariff":{' || concat_ws(',',
        '"hourly_cents":' || o.hourly_cents,
        '"upkeep_cents":' || o.upkeep_cents,
        '"meal_cents":' || o.meal_cents) || '}' end,
    '"opening":[' || (
        select string_agg('{"gte":' || lower(piece) || ',"lt":' || upper(piece) || '}', ',' order by lower(piece))
        from unnest(opened.week) as piece) || ']',
    '"opening_hours":[' || opened.hours || ']',
    '"availability":[' || free.periods || ']',
    '"leave":[' || away.days || ']',
    '"mam":{"id":' || to_json(m.id) || ',"name":' || to_json(m.name) || '}',
    case when num_nonnulls(o.phone, o.mail, o.site) > 0 then '"contact":{' || concat_ws(',',
        '"phone":' || to_json(o.phone),
        '"mail":' || to_json(o.mail),
        '"site":' || to_json(o.site)) || '}' end,
    '"reachable":' || (num_nonnulls(o.phone, o.mail, o.site) > 0 or o.takes_messages),
    '"confirmed_on":"' || o.confirmed_on || '"',
    '"fresh_until":"' || o.fresh_until || '"',
    '"fictitious":' || o.fictitious,
    '"source":{"label":' || to_json(s.label) || ',"licence":' || to_json(s.licence)
        || ',"published":' || to_json(s.published) || '}'
) || '}', 'UTF8')
from offer o
join commune c on c.code = o.commune
left join offer m on m.id = o.mam
left join source s on s.code = o.source
left join opened on opened.offer = o.id
left join free on free.offer = o.id
left join away on away.offer = o.id
where is_public(o) and (ids is null or o.id = any (ids))
order by o.id
$$;
