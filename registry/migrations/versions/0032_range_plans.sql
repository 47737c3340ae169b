-- Whoever writes ranges of a timetable queues its offer at the cost of a lookup (the rule of 0028, its fourth point).
--
-- 4. What is looked up is not made distinct or sorted by another column in the same query: on a table that looks empty
--    the planner takes the index of that order and reads all of it, with the key as a filter. A range that was written
--    read every timetable of before: ten million rows for five thousand.
create or replace function queue_from_range() returns trigger language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set enable_hashjoin = off
    set plan_cache_mode = force_generic_plan as
$$
declare ids bigint[];
begin
    if tg_op = 'INSERT' then ids := array(select distinct timetable from fresh);
    elsif tg_op = 'DELETE' then ids := array(select distinct timetable from gone);
    else ids := array(
        select distinct timetable from (
            (select * from fresh except select * from gone) union all
            (select * from gone except select * from fresh)) changed);
    end if;
    perform 1 from timetable where id = any (ids) order by id for share;
    perform queue_offers(array(
        select distinct o.offer from unnest(ids) wanted (id)
        cross join lateral (select offer from timetable where id = wanted.id offset 0) o));
    return null;
end
$$;
