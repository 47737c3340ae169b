-- `offer.fresh_until`: the last day on which the word of an offer counts (docs/design.md, "Up to date"). Public, and the only
-- rule of what is current: card, filter, order, alerts and figures compare it with a day of their own. It depends on
-- rows alone, those of the offer, of its periods and of the terms below, and is derived whenever one of them is written.

-- The dated rules as this database needs them: until when a word of some day counts. `registry/offers/freshness.py` writes these
-- rows from the scales; tests/registry/offers/test_freshness.py holds the ones below to them.
create table word_term (
    whose text not null check (whose in ('am', 'employed', 'structure')),
    since date not null,
    holds_to date,
    months smallint check (months > 0),
    primary key (whose, since),
    check (num_nonnulls(holds_to, months) = 1)
);
comment on table word_term is 'how long a word counts that was given on `since` or later, up to the next row';
comment on column word_term.whose is
    'an assistant maternel, one whom a legal entity employs, or a structure (those that declare no places)';
comment on column word_term.holds_to is 'its last day: the day before the first deadline that it does not meet';
comment on column word_term.months is 'or so many months after the word';

insert into word_term (whose, since, months) values ('employed', '0001-01-01', 6), ('structure', '0001-01-01', 6);
insert into word_term (whose, since, holds_to)
    select 'am', coalesce(lag(day) over by_day, '0001-01-01'), coalesce(lead(day) over by_day - 1, '9999-12-31')
    from (
        select make_date(year, month, 1) as day from generate_series(2021, 2100) as year, unnest(array[6, 12]) as month
    ) as deadline
    where day >= '2021-09-01'
    window by_day as (order by day);
insert into word_term (whose, since, holds_to) values ('am', '2100-12-01', '9999-12-31');

-- Null without a word. Called for each row that is written, and so, as all that triggers call, with one plan that looks
-- up by keys.
create function word_holds_to(offer text, kind text, employed boolean, confirmed_on date) returns date
    stable language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as
$$
declare
    last_day date;
begin
    if confirmed_on is null then return null; end if;
    select coalesce(w.holds_to, (confirmed_on + make_interval(months => w.months))::date) into last_day
    from word_term w
    where w.whose = case when kind <> 'assistant_maternel' then 'structure' when employed then 'employed' else 'am' end
      and w.since <= confirmed_on
    order by w.since desc limit 1;
    if kind = 'assistant_maternel' then
        -- Not beyond the end of her last period; one without end has none.
        select least(last_day, upper(t.period) - 1) into last_day
        from (select true) as always left join lateral (
            select p.period from timetable p where p.offer = word_holds_to.offer order by lower(p.period) desc limit 1
        ) t on true;
    end if;
    return last_day;
end
$$;

alter table offer add column fresh_until date;
-- By a change of the type, which rewrites the table and fires no trigger: the mapping is another one with this column, so
-- that every document is built anew all the same.
alter table offer alter column fresh_until type date using word_holds_to(id, kind, employed, confirmed_on);
comment on column offer.fresh_until is 'derived: the last day on which its word (confirmed_on) counts; null without one';

-- The row itself, before it is written: that costs no second writing. Whoever writes the column gets what the rule says.
create function derive_fresh_until() returns trigger language plpgsql as
$$
begin
    new.fresh_until := word_holds_to(new.id, new.kind, new.employed, new.confirmed_on);
    return new;
end
$$;
create trigger a_fresh_until before insert or update of kind, employed, confirmed_on, fresh_until on offer
    for each row execute function derive_fresh_until();

-- Of the offers whose periods, or whose terms, were written: first the locks, then the look (0002), and only what
-- differs is written.
create function derive_words(ids text[]) returns void language plpgsql
    set enable_seqscan = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as
$$
begin
    if cardinality(ids) = 0 then return; end if;
    perform 1 from offer o where o.id = any (ids) order by o.id for no key update;
    update offer o set fresh_until = null
    where o.id = any (ids)
      and o.fresh_until is distinct from word_holds_to(o.id, o.kind, o.employed, o.confirmed_on);
end
$$;

create function derive_words_from_period() returns trigger language plpgsql as
$$
begin
    if tg_op = 'INSERT' then perform derive_words(array(select distinct offer from fresh));
    elsif tg_op = 'DELETE' then perform derive_words(array(select distinct offer from gone));
    else perform derive_words(array(select offer from fresh union select offer from gone));
    end if;
    return null;
end
$$;
create trigger a_fresh_insert after insert on timetable referencing new table as fresh
    for each statement execute function derive_words_from_period();
create trigger a_fresh_update after update on timetable referencing new table as fresh old table as gone
    for each statement execute function derive_words_from_period();
create trigger a_fresh_delete after delete on timetable referencing old table as gone
    for each statement execute function derive_words_from_period();

create function derive_words_truncated() returns trigger language plpgsql as
$$
declare
    ids text[] := array(select id from offer where confirmed_on is not null order by id);
    start integer;
begin
    for start in 1 .. cardinality(ids) by 5000 loop
        perform derive_words(ids[start : start + 4999]);
    end loop;
    return null;
end
$$;
create trigger a_fresh_truncate after truncate on timetable
    for each statement execute function derive_words_truncated();

-- Terms that changed: every offer is derived again, a bounded number in each transaction (as 0002 fans out). Nothing is
-- missed by doing it later, since whoever replaces the terms waits first for those who are reading them.
create table word_rederivation (
    after text not null
);
comment on table word_rederivation is 'a row: the offers whose id comes after `after` are to be derived by the new terms';

-- Derive the next offers; false when there are none, or somebody else is at them.
create function rederive_words(most integer) returns boolean language plpgsql as
$$
declare
    job word_rederivation;
    ids text[];
begin
    select * into job from word_rederivation limit 1 for update skip locked;
    if job.after is null then return false; end if;
    ids := array(select id from offer where id > job.after order by id limit most);
    perform derive_words(ids);
    if cardinality(ids) < most then
        delete from word_rederivation;
    else
        update word_rederivation set after = ids[most];
    end if;
    return true;
end
$$;
