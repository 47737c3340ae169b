create table document (
    id uuid primary key default gen_random_uuid(),
    account uuid references account on delete set null,
    kind text not null default 'agrement' check (kind in ('agrement')),
    media_type text not null,
    pages smallint not null check (pages between 0 and 20),
    uploaded_at timestamptz not null default clock_timestamp(),
    delete_after timestamptz,
    deleted_at timestamptz
);
comment on column document.media_type is 'of the file as it was sent; what is kept are images of its pages';
comment on column document.delete_after is 'set by the decision; the pages go, the row stays as the trace that there was one';

create table document_page (
    document uuid not null references document on delete cascade,
    number smallint not null check (number >= 1),
    ciphertext bytea not null,
    primary key (document, number)
);
alter table registration add foreign key (document) references document on delete set null;
