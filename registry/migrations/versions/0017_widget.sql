-- Keys of the sites that show the widget. A key is no secret: it stands in the pages of those sites.
create table widget_key (
    id text primary key check (id ~ '^[0-9a-z]{12}$'),
    name text not null check (length(btrim(name)) between 1 and 100),
    hosts text[] not null check (cardinality(hosts) between 1 and 20 and array_position(hosts, null) is null),
    created_by uuid references account on delete set null,
    created_at timestamptz not null,
    revoked_at timestamptz
);
comment on column widget_key.hosts is 'whole host names in lower case and ASCII, perhaps with a port (registry/accounts/widget.py)';
