-- domain.spelling.fold takes æ and the apostrophe ʼ apart, which the registry's own fold did not. Keys and hashes that
-- were made of such names are made anew, so that a row sent once more is known again. Where the new one stands already,
-- the old one stays: nobody can send it any more, and it does no harm.

create function pg_temp.written_out(name text) returns text immutable language sql as
$$ select replace(replace(translate(name, 'ʼÆŒ', ' æœ'), 'œ', 'oe'), 'æ', 'ae') $$;

update import_record r set key = n.key
from (
    select distinct on (source, trim(regexp_replace(pg_temp.written_out(key), ' *(\|| ) *', '\1', 'g')))
        source, key as old, trim(regexp_replace(pg_temp.written_out(key), ' *(\|| ) *', '\1', 'g')) as key
    from import_record where key ~ '[æʼœ]' order by 1, 3, 2
) n
where (r.source, r.key) = (n.source, n.old)
    and not exists (select from import_record o where (o.source, o.key) = (n.source, n.key));

-- Names in the letters of Latin alone: fold leaves nothing else of them.
create function pg_temp.folded(name text) returns text immutable language sql as
$$
    select trim(regexp_replace(regexp_replace(normalize(
        pg_temp.written_out(lower(normalize(name, nfkd))), nfkd), '[\u0300-\u036f]', '', 'g'), '[^a-z0-9]+', ' ', 'g'))
$$;

update movement m set row_hash = n.row_hash
from (
    select distinct on (row_hash, state in ('waiting', 'applied', 'unmatched')) id, row_hash
    from (
        select
            id,
            state,
            sha256(
                convert_to(department, 'utf8') || '\x00'::bytea || convert_to(key, 'utf8')
                || '\x00'::bytea || convert_to(pg_temp.folded(last_name), 'utf8')
                || '\x00'::bytea || convert_to(pg_temp.folded(first_name), 'utf8')
                || '\x00'::bytea || convert_to(coalesce(to_char(birth_date, 'YYYY-MM-DD'), ''), 'utf8')
                || '\x00'::bytea || convert_to(action, 'utf8')
                || '\x00'::bytea || convert_to(to_char(effective_on, 'YYYY-MM-DD'), 'utf8')
            ) as row_hash
        from movement
        where last_name || first_name ~ '[æÆǽǼǣǢʼŉ]'
            and not normalize(last_name || first_name, nfkd) ~ '[^ -~æÆœŒʼ’\u0300-\u036f]'
    ) found
    order by row_hash, state in ('waiting', 'applied', 'unmatched'), id
) n
where m.id = n.id and not exists (select from movement o where o.row_hash = n.row_hash);
