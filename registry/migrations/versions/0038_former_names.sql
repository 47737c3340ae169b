-- What people call a commune that has another name today, or has become a part of another one.

create table former_name (
    id text primary key,
    name text not null,
    code text not null,
    current_code text not null references commune,
    ended_on date,
    was text not null
);
comment on column former_name.id is 'its code of then and its folded name, with hyphens: 44213:varades';
comment on column former_name.code is 'the INSEE code that the commune had under this name; it may be that of today';
comment on column former_name.ended_on is 'null: it lives on as a delegated or associated commune';
comment on column former_name.was is 'commune, delegated, associated; moved: the name is one of today or of another row, under another code';

create index on former_name (current_code);

-- A former name and a retired code are documents of the index of places, under the prefix and by the column that their
-- triggers name.

create function queue_from_alias() returns trigger language plpgsql as
$$
begin
    if tg_op <> 'INSERT' then
        perform queue_places(array(select tg_argv[0] || (to_jsonb(g) ->> tg_argv[1]) from gone g));
    end if;
    if tg_op <> 'DELETE' then
        perform queue_places(array(select tg_argv[0] || (to_jsonb(f) ->> tg_argv[1]) from fresh f));
    end if;
    return null;
end
$$;

create function queue_truncated_aliases() returns trigger language plpgsql as
$$
declare ids text[];
begin
    execute format('select array(select %L || %I from %I)', tg_argv[0], tg_argv[1], tg_table_name) into ids;
    perform queue_places(ids);
    return null;
end
$$;

-- The document of a former name is that of the commune of today, but for the name.
create function queue_former_names() returns trigger language plpgsql as
$$
begin
    perform queue_places(array(
        select 'former:' || n.id from former_name n where n.current_code in (
            select code from (
                select code, name, department, epci, postcodes, population, lat, lon from fresh
                except select code, name, department, epci, postcodes, population, lat, lon from gone) changed)));
    return null;
end
$$;
create trigger c_queue_former_update after update on commune referencing new table as fresh old table as gone
    for each statement execute function queue_former_names();

do $$
declare
    each record;
    event text;
    seen text;
begin
    for each in
        select * from (values ('former_name', 'former:', 'id'), ('retired_commune', 'commune:', 'code'))
            as t (relation, prefix, key)
    loop
        foreach event in array '{insert,update,delete}'::text[] loop
            seen := case event
                when 'insert' then 'new table as fresh'
                when 'delete' then 'old table as gone'
                else 'new table as fresh old table as gone' end;
            execute format('create trigger %I after %s on %I referencing %s for each statement '
                'execute function queue_from_alias(%L, %L)',
                'c_queue_' || event, event, each.relation, seen, each.prefix, each.key);
        end loop;
        execute format('create trigger c_queue_truncate before truncate on %I for each statement '
            'execute function queue_truncated_aliases(%L, %L)', each.relation, each.prefix, each.key);
    end loop;
end
$$;

-- The settings of 0028, which every trigger function has.
do $$
declare routine regprocedure;
begin
    foreach routine in array
        '{queue_from_alias(),queue_truncated_aliases(),queue_former_names()}'::regprocedure[]
    loop
        execute format(
            'alter function %s set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off'
            ' set plan_cache_mode = force_generic_plan', routine);
    end loop;
end
$$;
