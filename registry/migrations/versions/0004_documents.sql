-- The same text as before, in a form that PostgreSQL puts into the query that calls it: 2.8 million calls for the
-- documents of the whole country were 6 of the 33 seconds that they took.
create or replace function hour_text(minute integer) returns text immutable parallel safe language sql as
$$ select left(make_time((minute - case when minute > 1440 then 1440 else 0 end) / 60, minute % 60, 0)::text, 5) $$;
