-- What the indexer wrote, whoever reads it: it no longer looks whether there are saved needs.
alter table alert_change rename to indexed_change;
alter sequence alert_change_seq_seq rename to indexed_change_seq_seq;
alter index alert_change_pkey rename to indexed_change_pkey;
-- Rows live for seconds: vacuum has to come by the number of dead rows, not by a share of a table that is empty most of
-- the time (as with the outbox).
alter table indexed_change set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
comment on table indexed_change is 'offers whose documents were written, until saved needs were tried on them';
