create table alert (
    id uuid primary key default gen_random_uuid(),
    mail text not null check (mail !~ '[[:cntrl:][:space:],;]' and length(mail) <= 254),
    recipient bytea not null,
    parameters jsonb not null,
    search text not null check (search ~ '^/\?[!-~]*$'),
    title text not null check (length(title) between 1 and 1000),
    rhythm text not null check (rhythm in ('at_once', 'weekly')),
    starts_on date not null,
    week int4multirange not null,
    area box,
    territory text[] not null default '{}',
    created_at timestamptz not null,
    confirmed_at timestamptz,
    ends_at timestamptz not null,
    warned_at timestamptz,
    known_at timestamptz,
    due_at timestamptz not null,
    quiet_until timestamptz,
    check ((area is null) <> (territory = '{}'))
);
create index on alert using gist (area);
create index on alert using gin (territory);
create index on alert (recipient);
create index on alert (due_at);
create index on alert (ends_at);
comment on table alert is 'a need that a parent saved, to be told of places that open; deleted when it ends';
comment on column alert.recipient is 'keyed hash of the address: by it limits hold whatever variant of it is given';
comment on column alert.parameters is 'of the search API, with the wanted day but without match, sort and page';
comment on column alert.search is 'the site''s address of the same search';
comment on column alert.week is 'the minutes of the week that must be free; empty: any. With area or territory it only'
    ' spares searches: what is told was found by a search';
comment on column alert.area is 'in degrees, x is the longitude; a little larger than what is searched';
comment on column alert.confirmed_at is 'null: nothing is mailed but the request to confirm';
comment on column alert.ends_at is 'of one that is not confirmed: until when it may be';
comment on column alert.known_at is 'since when alert_match knows what was free already when the need was saved';
comment on column alert.due_at is 'when all offers are searched next, and not those alone that changed';
comment on column alert.quiet_until is 'told so often in a day that the rest waits';

create table alert_match (
    alert uuid not null references alert on delete cascade,
    -- No foreign key: it would lock rows of offers that others write. A match whose offer is gone is closed.
    offer text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    told_at timestamptz,
    primary key (alert, offer)
);
create index on alert_match (offer) where closed_at is null;
create index on alert_match (alert) where closed_at is null and told_at is null;
comment on table alert_match is 'offers that answer the need, since when, and whether that was told';
comment on column alert_match.told_at is 'of this opening: it is null again when the offer opens anew';

create table alert_change (
    seq bigint generated always as identity primary key,
    offer text not null
);
comment on table alert_change is 'offers whose documents changed and that no saved need was tried on since';
