-- Entries of scales (domain/scales) that were made after this version was: one takes the place of a shipped one of the
-- same name and day. `registry.scales.enter` checks what only the definitions know: the name, its unit, its bounds.
create table scale (
    name text check (name ~ '^[a-z][a-z0-9_]{2,62}$'),
    valid_from date check (valid_from between '1900-01-01' and '2999-12-31'),
    value jsonb not null,
    unit text not null
        check (unit in ('count', 'hours', 'days', 'months', 'years', 'euro_cents', 'ratio', 'day_of_year')),
    source text not null check (char_length(source) between 10 and 500),
    confidence text not null check (confidence in ('confirmed', 'unconfirmed')),
    entered_at timestamptz not null default now(),
    primary key (name, valid_from),
    -- One value, or several in their order.
    constraint scale_value check (
        value <> '[]' and not jsonb_path_exists(value, case
            when unit = 'day_of_year' then
                '$[*] ? (@.type() != "string" || !(@ like_regex "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"))'
            when unit = 'ratio' then '$[*] ? (@.type() != "number")'
            else '$[*] ? (@.type() != "number" || @.floor() != @)'
        end::jsonpath)
    )
);
comment on table scale is 'later entries of the scales that domain/scales ships; every process takes them within a minute';
comment on column scale.value is 'a number, a day of the year as "06-01", or an array of these';

-- How long an agrément takes children is such a rule: who writes one says it.
alter table agrement alter column age_to_months drop default;
alter table agrement_request alter column age_to_months drop default;
