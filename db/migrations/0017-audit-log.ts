/** Who did what that concerns money or terms, with what was before and after. */
export const up = `
create table audit_log (
  id uuid primary key,
  at timestamptz not null default clock_timestamp(),
  -- The user, null for what the system did. No foreign key: the entry outlives whoever made it.
  actor_id uuid,
  -- As a reader knows them: an e-mail address, or the name of a process.
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  -- The customer concerned, if it is one.
  account_id uuid,
  before jsonb,
  after jsonb,
  reason text
);
create index audit_log_account on audit_log (account_id, at desc, id desc);
create index audit_log_time on audit_log (at desc, id desc);

create function audit_log_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is never changed: write another entry'
    using errcode = 'restrict_violation', constraint = 'audit_log_append_only';
end $$;
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function audit_log_append_only();
create trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function audit_log_append_only();
`;
