-- One row for each place: its id and its document (mappings/documents.py, Place). An EPCI or department
-- stands at its most populous commune. Arrondissements are left out of the sums: their city counts.
with place as (
    select 'commune:' || c.code as id,
           case when c.parent is null then 'commune' else 'arrondissement' end as type,
           c.code, c.name, c.postcodes, c.parent, c.department, c.epci, c.population, c.lat, c.lon, c.bounds, c.contour
    from commune c
    union all
    select 'epci:' || e.code, 'epci', e.code, e.name, null, null, largest.department, null, largest.total,
           largest.lat, largest.lon, largest.bounds, null
    from epci e
    join lateral (
        select c.department, c.lat, c.lon, sum(c.population) over () as total,
               array[min(c.bounds[1]) over (), min(c.bounds[2]) over (),
                     max(c.bounds[3]) over (), max(c.bounds[4]) over ()] as bounds
        from commune c where c.epci = e.code and c.parent is null
        order by c.population desc, c.code limit 1) largest on true
    union all
    select 'department:' || d.code, 'department', d.code, d.name, null, null, null, null, largest.total,
           largest.lat, largest.lon, d.bounds, d.contour
    from department d
    join lateral (
        select c.lat, c.lon, sum(c.population) over () as total
        from commune c where c.department = d.code and c.parent is null
        order by c.population desc, c.code limit 1) largest on true
)
select p.id, json_strip_nulls(json_build_object(
    'id', p.id,
    'type', p.type,
    'code', p.code,
    'name', p.name,
    'postcodes', p.postcodes,
    'parent', p.parent,
    'department', p.department,
    'epci', p.epci,
    'population', p.population,
    'position', json_build_object('lat', p.lat, 'lon', p.lon),
    'lat_range', case when p.bounds[2] is not null
        then json_build_object('gte', p.bounds[2], 'lte', p.bounds[4]) end,
    'lon_range', case when p.bounds[1] is not null
        then json_build_object('gte', p.bounds[1], 'lte', p.bounds[3]) end,
    'contour', p.contour
))::text
from place p
where true
