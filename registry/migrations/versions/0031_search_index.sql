-- The indexes are rows of a table instead of a list in three checks: a third one needs no migration. `ribambelle migrate`
-- enters each with its generator (registry/functions); a test holds them and mappings/indexes.py together.
create table search_index (
    name text primary key,
    generator text not null
);
comment on table search_index is 'the indexes of Elasticsearch, and the function that builds the documents of each';
insert into search_index (name, generator) values ('offers', 'offer_documents'), ('places', 'place_documents');

-- The key costs 10 microseconds for each row of the queue, and writers do not wait for one another by it.
alter table outbox drop constraint outbox_index_check, add foreign key (index) references search_index;
alter table index_generation drop constraint index_generation_index_check, add foreign key (index) references search_index;
alter table index_check drop constraint index_check_index_check, add foreign key (index) references search_index;
