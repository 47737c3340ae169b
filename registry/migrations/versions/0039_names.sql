-- What all spellings of a name have in common, of the names that this database holds: they have no other letters, and
-- abbreviate nothing (registry/territory/names.py, `key`; tests/registry/territory/test_all_names.py).
create function place_key(name text) returns text immutable strict parallel safe language sql as
$$
    select regexp_replace(
        replace(translate(lower(name), 'àâäçéèêëîïôöùûüÿ', 'aaaceeeeiioouuuy'), 'œ', 'oe'), '[^a-z0-9]', '', 'g')
$$;
create index on commune (place_key(name));
create index on former_name (place_key(name));

-- The commune of today of an INSEE code: its own, or that of the commune in which one of before lives on.
create function current_commune(code text) returns text stable strict parallel safe language sql as
$$
    select c.code from commune c where c.code = $1
    union all
    select r.current_code from retired_commune r where r.code = $1
    limit 1
$$;

-- Whose Caf answers for the families of a collectivity that has none.
alter table department add column caf text references department;
comment on column department.caf is
    'the département whose Caf answers for these families; null: its own, or a fund that is no Caf';

create or replace view account_scope as
    select account, commune from account_commune
    union all
    select t.account, c.code from account_commune t join commune c on c.parent = t.commune
    union all
    select a.id, c.code from account a join commune c on c.department = a.department
    union all
    select a.id, c.code from account a join department d on d.caf = a.department join commune c on c.department = d.code
    where a.role = 'caf';
comment on view account_scope is
    'the communes that an account answers for: those listed for it, the arrondissements of these, all of its department, of a Caf also those of collectivities; some twice';

-- What territory.load does, where it was done before this version. ---------------------------------------

update department d set caf = '971' where code in ('977', '978') and exists (select from department where code = '971');

-- The postcode of the whole city, before those of its arrondissements.
update commune c set postcodes = w.postcode || c.postcodes
from (values ('75056', '75000'), ('69123', '69000'), ('13055', '13000')) w (code, postcode)
where c.code = w.code and not w.postcode = any (c.postcodes);

insert into commune (code, name, department, epci, postcodes, population, area_km2, lat, lon)
select w.code, w.name, w.department, w.epci, w.postcodes::text[], w.population, w.area_km2::double precision, w.lat, w.lon
from (values
    ('14581', 'Aurseulles', '14', '200069524', '{14240,14250}', 1896, 46.55, 49.13475, -0.70394),
    ('15031', 'Celles', '15', '200066637', '{15170}', 217, null, 45.12631, 2.97836),
    ('15035', 'Chalinargues', '15', '200066637', '{15170}', 304, null, 45.12631, 2.97836),
    ('15047', 'Chavagnac', '15', '200066637', '{15300}', 88, null, 45.12631, 2.97836),
    ('15171', 'Sainte-Anastasie', '15', '200066637', '{15170}', 122, null, 45.12631, 2.97836),
    ('97701', 'Saint-Barthélemy', '977', null, '{97133}', 10967, null, 17.8962, -62.8498),
    ('97801', 'Saint-Martin', '978', null, '{97150}', 31477, null, 18.0667, -63.0833),
    ('97501', 'Miquelon-Langlade', '975', null, '{97500}', 596, null, 47.0975, -56.3828),
    ('97502', 'Saint-Pierre', '975', null, '{97500}', 5223, null, 46.7811, -56.1764)
) w (code, name, department, epci, postcodes, population, area_km2, lat, lon)
where exists (select from commune) and exists (select from department d where d.code = w.department)
    and (w.epci is null or exists (select from epci e where e.code = w.epci))
on conflict do nothing;

update commune set bounds = '{-0.7583,49.0839,-0.6406,49.1833}',
    contour = '{"type":"Polygon","coordinates":[[[-0.7445,49.1359],[-0.7413,49.1336],[-0.7488,49.1289],[-0.7442,49.1248],[-0.7424,49.1257],[-0.7376,49.1191],[-0.7416,49.117],[-0.7398,49.1147],[-0.7358,49.116],[-0.7301,49.1113],[-0.7333,49.1082],[-0.7316,49.1046],[-0.7417,49.0993],[-0.7401,49.0955],[-0.7282,49.0986],[-0.7244,49.097],[-0.7179,49.0978],[-0.7202,49.0959],[-0.7223,49.0945],[-0.7144,49.0896],[-0.7148,49.0868],[-0.7099,49.0876],[-0.7098,49.0853],[-0.6985,49.0839],[-0.6926,49.0914],[-0.6933,49.0948],[-0.6835,49.1006],[-0.6814,49.1063],[-0.6653,49.1102],[-0.6591,49.1123],[-0.6548,49.1176],[-0.6554,49.121],[-0.6503,49.126],[-0.6406,49.1363],[-0.6407,49.1363],[-0.6557,49.1312],[-0.6623,49.1303],[-0.6673,49.1386],[-0.6735,49.1405],[-0.682,49.1362],[-0.6875,49.1394],[-0.6854,49.1421],[-0.6729,49.1465],[-0.6789,49.1488],[-0.6827,49.1504],[-0.6888,49.1592],[-0.6935,49.164],[-0.7005,49.1649],[-0.713,49.1723],[-0.7098,49.1761],[-0.7138,49.1795],[-0.7142,49.1796],[-0.7214,49.1747],[-0.7266,49.1789],[-0.7266,49.1818],[-0.7358,49.1833],[-0.7505,49.1718],[-0.7563,49.168],[-0.7507,49.1621],[-0.751,49.1591],[-0.758,49.1559],[-0.7546,49.1536],[-0.7583,49.1504],[-0.7518,49.1481],[-0.7454,49.1427],[-0.7445,49.1359]]]}'
where code = '14581' and contour is null;

insert into retired_commune (code, current_code)
select w.code, c.code from commune c
cross join unnest('{14011,14267,14376,14479,14526,14673,14695}'::text[]) w (code) where c.code = '14581'
on conflict do nothing;

-- Letters and their accents as one sign each, in what was imported before readers of files did so. --------

update offer set name = normalize(name), manager_name = normalize(manager_name), address = normalize(address)
where not (name is normalized and coalesce(manager_name, '') is normalized and coalesce(address, '') is normalized);

update am_home set address = normalize(address), street = normalize(street)
where not (address is normalized and coalesce(street, '') is normalized);
