alter table mail_outbox
    -- Whatever writes here, a header cannot be smuggled in.
    add column reply_to text check (reply_to !~ '[[:cntrl:][:space:],;]'),
    add column unsubscribe text check (unsubscribe ~ '^https?://' and unsubscribe !~ '[[:cntrl:][:space:]<>]');
comment on column mail_outbox.reply_to is 'the address that answers go to, where it is not the sender''s';
comment on column mail_outbox.unsubscribe is 'where a POST ends such mails (RFC 8058)';
