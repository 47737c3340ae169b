-- The schools that an assistant maternel brings children to and fetches them from, by name: public, as a feature is.
alter table offer add column schools text[] not null default '{}' check (cardinality(schools) <= 10);
comment on column offer.schools is 'names of the schools that an assistant maternel serves';
