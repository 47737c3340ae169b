-- Where a zone is shown, with each of its anchors: at first its own point, as it was. (Written by a change of the type,
-- which rewrites the table: an update would have every home of the country derived, to find that nothing has changed.)
alter table zone_anchor add column shown_lat double precision, add column shown_lon double precision;
alter table zone_anchor
    alter column shown_lat type double precision using lat,
    alter column shown_lon type double precision using lon,
    alter column shown_lat set not null,
    alter column shown_lon set not null,
    add foreign key (commune, shown_lat, shown_lon) references zone_anchor (commune, lat, lon);
comment on table zone_anchor is
    'centres of the fixed grid that fall in the contour; none where the zone is the whole commune. Anchors that are '
    'shown at the same point are one zone';
comment on column zone_anchor.shown_lat is 'the anchor at which the zone is shown; itself, unless zones were merged';

-- As in 0001, but for the point of the zone.
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
    -- Where the nearest anchor of her own commune is shown; nearest on a plane tangent at the home.
    select z.shown_lat as lat, z.shown_lon as lon from zone_anchor z
    where z.commune = h.commune
    order by (z.lat - h.lat) ^ 2 + ((z.lon - h.lon) * cosd(h.lat)) ^ 2, z.lat, z.lon
    limit 1
) zone on true;
