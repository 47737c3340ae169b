-- One row for each public offer: its id and its document (mappings/documents.py, Offer). The only generator:
-- the full rebuild, single changes and the check all read this. It sees public columns alone.
select o.id, json_strip_nulls(json_build_object(
    'id', o.id,
    'kind', o.kind,
    'subkind', o.subkind,
    'name', o.name,
    'what', %(words)s::jsonb ->> concat_ws('/', o.kind, o.subkind),
    'project', o.project,
    'manager', case when num_nonnulls(o.manager_name, o.manager_type) > 0
        then json_build_object('name', o.manager_name, 'type', o.manager_type) end,
    'position', json_build_object('lat', o.lat, 'lon', o.lon),
    'precision', o.position_precision,
    'address', o.address,
    'commune', json_build_object(
        'code', c.code, 'codes', array_remove(array[c.code, c.parent], null), 'name', c.name, 'postcode', o.postcode),
    'epci', c.epci,
    'department', c.department,
    'capacity', o.capacity,
    'members', o.members,
    'ages', case when o.age_from_months is not null
        then json_build_object('gte', o.age_from_months, 'lt', o.age_to_months) end,
    'funding', o.funding,
    'features', nullif(o.features, '{}'),
    'languages', nullif(o.languages, '{}'),
    'tariff', case when num_nonnulls(o.hourly_cents, o.upkeep_cents, o.meal_cents) > 0
        then json_build_object(
            'hourly_cents', o.hourly_cents, 'upkeep_cents', o.upkeep_cents, 'meal_cents', o.meal_cents) end,
    'opening', opened.week,
    'opening_hours', opened.hours,
    'availability', free.periods,
    'leave', (select json_agg(l.day order by l.day) from leave l where l.offer = o.id),
    'mam', case when m.id is not null then json_build_object('id', m.id, 'name', m.name) end,
    'contact', case when num_nonnulls(o.phone, o.mail, o.site) > 0
        then json_build_object('phone', o.phone, 'mail', o.mail, 'site', o.site) end,
    'confirmed_on', o.confirmed_on,
    'fictitious', o.fictitious,
    'source', case when s.code is not null
        then json_build_object('label', s.label, 'licence', s.licence, 'published', s.published) end
))::text
from offer o
join commune c on c.code = o.commune
left join offer m on m.id = o.mam
left join source s on s.code = o.source
left join lateral (
    select
        (select json_agg(json_build_object('gte', lower(piece), 'lt', upper(piece)) order by lower(piece))
         from unnest(range_agg(h.week)) as piece) as week,
        json_agg(json_build_object(
            'day', day_code(h.weekday), 'start', hour_text(h.start_minute), 'end', hour_text(h.end_minute))
            order by h.weekday, h.start_minute) as hours
    from opening h where h.offer = o.id
) opened on true
left join lateral (
    select json_agg(json_build_object(
        'period', json_build_object('gte', lower(t.period), 'lte', upper(t.period) - 1),
        'week', coalesce((
            -- For each level of places, the union of the ranges that have as many: what touches is merged.
            select json_agg(json_build_object(
                'gte', lower(piece) + level * 10080, 'lt', upper(piece) + level * 10080) order by level, lower(piece))
            from generate_series(1, 6) as level
            cross join lateral (
                select range_agg(r.week) as week from timetable_range r where r.timetable = t.id and r.places >= level
            ) reached
            cross join lateral unnest(reached.week) as piece), '[]'),
        'ranges', coalesce((
            select json_agg(json_build_object(
                'day', day_code(r.weekday), 'start', hour_text(r.start_minute), 'end', hour_text(r.end_minute),
                'places', r.places) order by r.weekday, r.start_minute)
            from timetable_range r where r.timetable = t.id), '[]')
    ) order by lower(t.period)) as periods
    from timetable t where t.offer = o.id
) free on true
where is_public(o)
