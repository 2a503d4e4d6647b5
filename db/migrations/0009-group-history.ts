/**
 * Which price group an account was in and what the group's multiplier was, so that the charge of an old call can be
 * explained. A call names its price version; writing these down with each call would cost every call.
 */
export const up = `
create table price_group_history (
  group_id text not null references price_groups (id),
  multiplier_ppm bigint not null,
  until timestamptz not null default now()
);
create index price_group_history_until on price_group_history (group_id, until);

create table account_group_history (
  account_id uuid not null references accounts (id),
  price_group text not null,
  until timestamptz not null default now()
);
create index account_group_history_until on account_group_history (account_id, until);

create function keep_group_multiplier() returns trigger language plpgsql as $$
begin
  insert into price_group_history (group_id, multiplier_ppm) values (old.id, old.multiplier_ppm);
  return null;
end $$;
create trigger price_groups_history after update of multiplier_ppm on price_groups
  for each row when (old.multiplier_ppm <> new.multiplier_ppm) execute function keep_group_multiplier();

create function keep_account_group() returns trigger language plpgsql as $$
begin
  insert into account_group_history (account_id, price_group) values (old.id, old.price_group);
  return null;
end $$;
create trigger accounts_group_history after update of price_group on accounts
  for each row when (old.price_group <> new.price_group) execute function keep_account_group();
`;
