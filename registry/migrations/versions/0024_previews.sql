-- A preview writes a copy of an offer, in a transaction that is never committed, to read what its document will be
-- (registry/agrements/previews.py). All that it writes is its own; the two locks that triggers take for its sake on what is not
-- would make real saves wait, and guard nothing: of what is thrown away, nothing can be out of date.
create function previewing() returns boolean stable parallel safe language sql as
$$ select coalesce(current_setting('ribambelle.preview', true), '') = 'on' $$;
comment on function previewing is 'whether this transaction is a preview, which says so itself and is rolled back';

-- As in 0002, but for the lock of the MAM.
create or replace function derive_am(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
begin
    if not previewing() then
        perform 1 from offer m
        where m.id in (select w.mam from am_mam w where w.offer = any (ids)) order by m.id for share;
    end if;
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

drop trigger lock_territory on am_home;
create trigger lock_territory before insert or update on am_home
    for each statement when (not previewing()) execute function lock_territory();
