-- What was applied can be taken back: the day it took effect stays, and how the agrément stood before is kept.
alter table movement
    drop constraint movement_state_check,
    drop constraint movement_check,
    add constraint movement_state_check check (state in
        ('previewed', 'waiting', 'applied', 'unmatched', 'refused', 'duplicate', 'dropped', 'undone')),
    add constraint movement_check check ((state in ('applied', 'undone')) = (applied_at is not null)),
    add column status_before text,
    add column answered_by bigint references movement on delete set null;
create index on movement (answered_by) where answered_by is not null;
create index on movement (row_hash) where state = 'duplicate';
comment on column movement.status_before is
    'the agrément''s status when the movement took effect; null of one from before this column';
comment on column movement.answered_by is 'the movement that took this one''s place in the queue, while it is dropped';

-- One movement of one agrément, entered by form, is a file of one row.
alter table intake_run
    drop constraint intake_run_via_check,
    add constraint intake_run_via_check check (via in ('file', 'api', 'form'));

-- A move to another département is a case: nothing of it is public before a moderator has looked at it.
create table agrement_move (
    id uuid primary key references case_file on delete cascade,
    offer text not null references offer on delete cascade,
    department text not null references department,
    commune text not null references commune,
    place jsonb not null,
    told_on date not null,
    moves_on date not null,
    taken_at timestamptz
);
create index on agrement_move (offer);
create index on agrement_move (moves_on) where taken_at is null;
comment on table agrement_move is
    'private: an assistant maternel declares that she minds children in another département than her agrément''s';
comment on column agrement_move.department is 'the new one';
comment on column agrement_move.commune is 'where she will mind children: of her home, or of the MAM';
comment on column agrement_move.place is 'her new home, as am_home has it; or the MAM, as am_mam has it';
comment on column agrement_move.told_on is 'the day on which she told the new département, by her own word';
comment on column agrement_move.moves_on is 'the first day at the new place: what was validated takes effect then';
comment on column agrement_move.taken_at is 'when the new place became hers; null before, and of one that was refused';
create trigger agrement_move_case after delete on agrement_move
    referencing old table as gone for each statement execute function drop_case();
