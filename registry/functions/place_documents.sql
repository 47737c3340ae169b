-- One row for each place: its id and its document (mappings/documents.py, Place); of these ids, or of all (null). An EPCI
-- or department stands at its most populous commune. Arrondissements are left out of the sums: their city counts. A
-- former name has all but the name from the commune of today; a retired code (RetiredPlace) has today's code alone.
-- Written as offer_documents is.
create or replace function place_codes(ids text[]) returns text[] immutable parallel safe language sql as
$$ select array(select split_part(id, ':', 2) from unnest(ids) as id) $$;

create or replace function place_documents(ids text[]) returns table (id text, document bytea)
    stable parallel safe language sql as
$$
with of_epci as (
    select distinct on (c.epci) c.epci, c.department, c.lat, c.lon, sum(c.population) over whole as population,
        array[min(c.bounds[1]) over whole, min(c.bounds[2]) over whole,
              max(c.bounds[3]) over whole, max(c.bounds[4]) over whole] as bounds
    from commune c
    where c.parent is null and (ids is null or c.epci = any (place_codes(ids)))
    window whole as (partition by c.epci)
    order by c.epci, c.population desc, c.code
), of_department as (
    select distinct on (c.department) c.department, c.lat, c.lon, sum(c.population) over whole as population
    from commune c
    where c.parent is null and (ids is null or c.department = any (place_codes(ids)))
    window whole as (partition by c.department)
    order by c.department, c.population desc, c.code
), place as (
    select 'commune:' || c.code as id,
           case when c.parent is null then 'commune' else 'arrondissement' end as type,
           c.code, c.name, c.postcodes, c.parent, c.department, c.epci, c.population, c.lat, c.lon, c.bounds, c.contour,
           null as current, null::boolean as renamed
    from commune c
    where (ids is null or c.code = any (place_codes(ids)))
    union all
    select 'epci:' || e.code, 'epci', e.code, e.name, null, null, s.department, null, s.population,
           s.lat, s.lon, s.bounds, null, null, null
    from epci e
    join of_epci s on s.epci = e.code
    where (ids is null or e.code = any (place_codes(ids)))
    union all
    select 'department:' || d.code, 'department', d.code, d.name, null, null, null, null, s.population,
           s.lat, s.lon, d.bounds, d.contour, null, null
    from department d
    join of_department s on s.department = d.code
    where (ids is null or d.code = any (place_codes(ids)))
    union all
    select 'former:' || f.id, 'former', c.code, f.name, c.postcodes, null, c.department, c.epci, c.population,
           c.lat, c.lon, null, null, c.name, case when f.was = 'commune' and f.code = c.code then true end
    from former_name f
    join commune c on c.code = f.current_code
    -- A name that only stood under another code is a document already.
    where f.name <> c.name and f.was <> 'moved' and (ids is null or f.code = any (place_codes(ids)))
    union all
    select 'commune:' || r.code, 'retired', r.current_code, null, null, null, null, null, null,
           null, null, null, null, null, null
    from retired_commune r
    where not exists (select from commune c where c.code = r.code)
        and (ids is null or r.code = any (place_codes(ids)))
)
select p.id, convert_to('{' || concat_ws(',',
    '"id":' || to_json(p.id),
    '"type":' || to_json(p.type),
    '"code":' || to_json(p.code),
    '"name":' || to_json(p.name),
    '"current":' || to_json(p.current),
    '"renamed":' || p.renamed,
    '"postcodes":' || to_json(p.postcodes),
    '"parent":' || to_json(p.parent),
    '"department":' || to_json(p.department),
    '"epci":' || to_json(p.epci),
    '"population":' || p.population,
    '"position":{"lat":' || p.lat || ',"lon":' || p.lon || '}',
    '"lat_range":{"gte":' || p.bounds[2] || ',"lte":' || p.bounds[4] || '}',
    '"lon_range":{"gte":' || p.bounds[1] || ',"lte":' || p.bounds[3] || '}',
    '"contour":' || p.contour
) || '}', 'UTF8')
from place p
where (ids is null or p.id = any (ids))
order by p.id collate "C"
$$;
