create table fiche_report (
    -- Said on the telephone: short, without a letter that sounds like another.
    number text primary key check (number ~ '^[2-9]{3}-[2-9]{3}$'),
    offer text not null references offer on delete cascade,
    about text not null check (about in ('hours', 'address', 'contact', 'places', 'closed', 'other')),
    text text check (length(text) <= 1000),
    mail text check (mail !~ '[[:cntrl:][:space:],;]' and length(mail) <= 254),
    at timestamptz not null,
    outcome text check (outcome in ('mended', 'nothing')),
    note text check (length(note) <= 1000),
    settled_at timestamptz,
    settled_by uuid references account on delete set null,
    check ((outcome is null) = (settled_at is null))
);
create index on fiche_report (at) where settled_at is null;
create index on fiche_report (settled_at);
create index on fiche_report (offer);
comment on table fiche_report is 'errors that readers see on a fiche, for the staff';
comment on column fiche_report.mail is 'of a reader who wants an answer; forgotten with text and note some time after it is settled';
