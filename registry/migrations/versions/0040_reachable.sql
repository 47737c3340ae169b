-- `offer.takes_messages`: whether her fiche offers to write to her. Public, as the fiche shows it, and the only rule of it
-- (registry/parents/contact): she has an account that is open, and has not switched messages off. It is derived whenever
-- one of these is written. Whose mailbox the account is stays private: another one changes no column, and so no document.

-- Called by triggers, and so with one plan that looks up by keys (0028).
create function can_be_written_to(offer text) returns boolean stable language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
begin
    return exists (
            select from account a
            where a.offer = can_be_written_to.offer and a.role = 'am' and a.closed_at is null)
        and not exists (select from contact_off f where f.offer = can_be_written_to.offer);
end
$$;

alter table offer add column takes_messages boolean not null default false;
-- By a change of the type, which rewrites the table and fires no trigger (0023): the mapping is another one with this
-- column, so that every document is built anew all the same.
alter table offer alter column takes_messages
    type boolean using kind = 'assistant_maternel' and can_be_written_to(id);
comment on column offer.takes_messages is
    'derived: parents can write to her through the site; she has an open account and has not switched messages off';

-- The row itself, before it is written: whoever writes the column gets what the rule says. The copy of a preview has no
-- account, and keeps what the offer has of which it is one.
create function derive_takes_messages() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
begin
    new.takes_messages := new.kind = 'assistant_maternel' and can_be_written_to(new.id);
    return new;
end
$$;
create trigger a_takes_messages before insert or update of kind, takes_messages on offer
    for each row when (not previewing()) execute function derive_takes_messages();

-- Of the offers whose account or switch was written: first the locks, then the look (0002), and only what differs is
-- written, which queues it.
create function derive_messages(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    perform 1 from offer o where o.id = any (ids) order by o.id for no key update;
    update offer o set takes_messages = not o.takes_messages
    where o.id = any (ids)
      and o.takes_messages <> (o.kind = 'assistant_maternel' and can_be_written_to(o.id));
end
$$;

create function derive_messages_from_account() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
begin
    if tg_op = 'INSERT' then
        perform derive_messages(array(select offer from fresh where role = 'am' and offer is not null));
    elsif tg_op = 'DELETE' then
        perform derive_messages(array(select offer from gone where role = 'am' and offer is not null));
    else
        -- All else of an account (its mail, its name) is nobody's business here.
        perform derive_messages(array(
            select offer from (
                (select id, offer, role, closed_at is null from fresh
                    except select id, offer, role, closed_at is null from gone)
                union all
                (select id, offer, role, closed_at is null from gone
                    except select id, offer, role, closed_at is null from fresh)) changed
            where role = 'am' and offer is not null));
    end if;
    return null;
end
$$;
create trigger a_messages_insert after insert on account referencing new table as fresh
    for each statement execute function derive_messages_from_account();
create trigger a_messages_update after update on account referencing new table as fresh old table as gone
    for each statement execute function derive_messages_from_account();
create trigger a_messages_delete after delete on account referencing old table as gone
    for each statement execute function derive_messages_from_account();

create function derive_messages_from_switch() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
begin
    if tg_op = 'INSERT' then perform derive_messages(array(select offer from fresh));
    elsif tg_op = 'DELETE' then perform derive_messages(array(select offer from gone));
    else perform derive_messages(array(select offer from fresh union select offer from gone));
    end if;
    return null;
end
$$;
create trigger a_messages_insert after insert on contact_off referencing new table as fresh
    for each statement execute function derive_messages_from_switch();
create trigger a_messages_update after update on contact_off referencing new table as fresh old table as gone
    for each statement execute function derive_messages_from_switch();
create trigger a_messages_delete after delete on contact_off referencing old table as gone
    for each statement execute function derive_messages_from_switch();

create function derive_messages_truncated() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
declare
    ids text[] := array(select id from offer where kind = 'assistant_maternel' order by id);
    start integer;
begin
    for start in 1 .. cardinality(ids) by 5000 loop
        perform derive_messages(ids[start : start + 4999]);
    end loop;
    return null;
end
$$;
create trigger a_messages_truncate after truncate on account
    for each statement execute function derive_messages_truncated();
create trigger a_messages_truncate after truncate on contact_off
    for each statement execute function derive_messages_truncated();

-- As in 0002 (and 0028), but for the commune's area, which says how far an offer may be that is known by its commune.
create or replace function queue_from_commune() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
declare codes text[];
begin
    if tg_op = 'INSERT' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from fresh));
    elsif tg_op = 'DELETE' then
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from gone));
    else
        -- `json` has no equality; `jsonb` has.
        perform queue_places(array(select unnest(place_ids(code, epci, department)) from (
            (select code, epci, department, to_jsonb(f) from fresh f
                except select code, epci, department, to_jsonb(g) from gone g)
            union all
            (select code, epci, department, to_jsonb(g) from gone g
                except select code, epci, department, to_jsonb(f) from fresh f)) changed));
        codes := array(select code from (
            select code, postcodes, lat, lon from fresh except select code, postcodes, lat, lon from gone) changed);
        perform derive_all(array(select offer from am_home where commune = any (codes)));
        perform fan_out('commune', array(select code from (
            select code, name, parent, department, epci, area_km2 from fresh
            except select code, name, parent, department, epci, area_km2 from gone) changed));
    end if;
    return null;
end
$$;
