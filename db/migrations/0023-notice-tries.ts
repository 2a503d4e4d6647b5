/** A mail that cannot be delivered is tried again later and later, and holds up no other. Mails go in their order. */
export const up = `
alter table notices
  add column number bigint generated always as identity,
  add column attempts integer not null default 0 constraint notices_attempts_not_negative check (attempts >= 0),
  add column next_try_at timestamptz not null default now() + interval '5 minutes';
drop index notices_unsent;
create index notices_unsent on notices (next_try_at) where sent_at is null;
`;
