/**
 * Accounts and what signs them in. The auth_* tables belong to better-auth; their columns are its own
 * (docs/decisions/0003). An account's id is the id of its user.
 */
export const up = `
create table auth_users (
  id uuid primary key,
  name text not null,
  email text not null constraint auth_users_email unique,
  "emailVerified" boolean not null default false,
  image text,
  role text not null default 'customer' constraint auth_users_role check (role in ('customer', 'support', 'admin')),
  banned boolean default false,
  "banReason" text,
  "banExpires" timestamptz,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);

create table auth_sessions (
  id uuid primary key,
  "userId" uuid not null references auth_users (id) on delete cascade,
  token text not null constraint auth_sessions_token unique,
  "expiresAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "impersonatedBy" text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index auth_sessions_user on auth_sessions ("userId");

create table auth_credentials (
  id uuid primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null references auth_users (id) on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index auth_credentials_user on auth_credentials ("userId");

create table auth_verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index auth_verifications_identifier on auth_verifications (identifier);

create table auth_rate_limits (
  id uuid primary key,
  key text not null constraint auth_rate_limits_key unique,
  count integer not null,
  "lastRequest" bigint not null
);

create table accounts (
  id uuid primary key references auth_users (id),
  status text not null default 'active' constraint accounts_status check (status in ('active', 'suspended')),
  -- The price group: its multiplier applies to every call.
  price_group text not null default 'default',
  referral_code text not null constraint accounts_referral_code unique,
  -- Whose referral code was given at registration.
  invited_by uuid references accounts (id),
  time_zone text not null default 'UTC',
  display_currency text not null default 'USD',
  pay2go_enabled boolean not null default true,
  created_at timestamptz not null default now()
);

-- API keys: the first columns belong to better-auth's API key plugin, which makes and hashes them;
-- the snake_case ones are Tollgate's and are read by the proxy.
create table api_keys (
  id uuid primary key,
  "configId" text not null default 'default',
  name text,
  start text,
  prefix text,
  key text not null constraint api_keys_key unique,
  "referenceId" uuid not null references accounts (id),
  "refillInterval" integer,
  "refillAmount" integer,
  "lastRefillAt" timestamptz,
  enabled boolean not null default true,
  "rateLimitEnabled" boolean not null default false,
  "rateLimitTimeWindow" integer,
  "rateLimitMax" integer,
  "requestCount" integer not null default 0,
  remaining integer,
  "lastRequest" timestamptz,
  "expiresAt" timestamptz,
  permissions text,
  metadata text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now(),
  revoked_at timestamptz,
  -- null: every model, every address
  models text[],
  ip_ranges cidr[],
  last_used_at timestamptz
);
create index api_keys_account on api_keys ("referenceId", id);

-- Proxies cache what a key may do; this reaches every one of them within a second.
create function notify_key_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('key_changed', new.key);
  return null;
end $$;
create trigger api_keys_notify after update of enabled, revoked_at, models, ip_ranges, "expiresAt"
  on api_keys for each row execute function notify_key_change();

-- better-auth deletes expired keys when one is made. Usage rows name them, so they stay.
create function keep_api_keys() returns trigger language plpgsql as $$
begin
  return null;
end $$;
create trigger api_keys_keep before delete on api_keys for each row execute function keep_api_keys();

create function notify_account_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('account_changed', new.id::text);
  return null;
end $$;
create trigger accounts_notify after update on accounts
  for each row execute function notify_account_change();
`;
