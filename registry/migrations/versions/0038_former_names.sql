create table former_name (
    id text primary key,
    name text not null,
    code text not null,
    current_code text not null references commune,
    ended_on date,
    was text not null
);
create index on former_name (current_code);
