/** What a key may spend, in all or in each day, week or month. */
export const up = `
alter table api_keys
  add column spend_limit_nanos bigint
    constraint api_keys_spend_limit_positive check (spend_limit_nanos > 0),
  add column spend_limit_window text
    constraint api_keys_spend_limit_window check (spend_limit_window in ('total', 'day', 'week', 'month')),
  add constraint api_keys_spend_limit_complete check ((spend_limit_nanos is null) = (spend_limit_window is null));

drop trigger api_keys_notify on api_keys;
create trigger api_keys_notify
  after update of enabled, revoked_at, models, ip_ranges, "expiresAt", spend_limit_nanos, spend_limit_window
  on api_keys for each row execute function notify_key_change();
`;
