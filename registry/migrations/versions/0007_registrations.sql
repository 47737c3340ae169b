alter table am_identity
    add column birth_place text check (length(birth_place) <= 100),
    add column checked text not null default 'unchecked'
        check (checked in ('unchecked', 'pending', 'verified', 'refused')),
    add column checked_at timestamptz;
comment on column am_identity.birth_place is 'INSEE code of the commune, or of the country, of birth';
comment on column am_identity.checked is 'what the national identity system said; pending: it is still to be asked';

create table registration (
    id uuid primary key default gen_random_uuid(),
    account uuid not null unique references account on delete cascade,
    answers jsonb not null default '{}',
    step smallint not null default 1 check (step between 1 and 4),
    identity text not null default 'unchecked' check (identity in ('unchecked', 'pending', 'verified', 'refused')),
    identity_of bytea,
    document uuid,
    desk uuid references account,
    confirmed_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    submitted_at timestamptz
);
comment on table registration is 'private: what she has entered so far';
comment on column registration.step is 'the furthest step that is open to her';
comment on column registration.identity_of is 'hash of the civil identity that was checked: another one is checked again';
comment on column registration.desk is 'the relais at whose desk it was filled in; she confirms it herself';
