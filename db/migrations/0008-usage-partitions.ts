/**
 * The usage log at scale: filters by model and key are decided inside the index of the account, and what is needed to
 * make partitions while calls are written (db/usage-partitions.ts).
 */
export const up = `
-- Model and key as last columns: a filter reads index entries only, some ten million a second, and a call still writes
-- one entry. An index each would be faster for what is rare and would cost every call two more.
drop index usage_events_account;
create index usage_events_account on usage_events (account_id, id desc, model_id, api_key_id);

-- Making a partition by "create table ... partition of" locks out every reader and writer, and fails when rows of that
-- month lie in the default partition: the worker makes them now.
drop function ensure_usage_partitions(integer);

-- The instant of a UUIDv7, to the millisecond: the inverse of uuid_at.
create function uuid_time(id uuid) returns timestamptz language sql immutable as $$
  select to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
$$;

-- The ranges that have a partition of their own. Upper bounds are exclusive.
create view usage_partitions as
  select c.relname::text as name, (bounds)[1]::uuid as lower, (bounds)[2]::uuid as upper
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
   cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('([^']+)'\\) TO \\('([^']+)'\\)$$) as bounds
   where i.inhparent = 'usage_events'::regclass and bounds is not null;
`;
