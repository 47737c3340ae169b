alter table mail_outbox add column conversation uuid;
comment on column mail_outbox.conversation is
    'the id of the mail that began the conversation, which the headers References and In-Reply-To name';

create table notice_off (
    account uuid not null references account on delete cascade,
    topic text not null check (topic in ('reminders')),
    since timestamptz not null,
    primary key (account, topic)
);
comment on table notice_off is 'mails that come again and again, and that this account wants no more';
