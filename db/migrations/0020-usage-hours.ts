/** The usage log added up by the hour, so that a month of a busy account is read in milliseconds (db/usage-hours.ts). */
export const up = `
create table usage_hours (
  account_id uuid not null,
  hour timestamptz not null,
  model_id text not null,
  api_key_id uuid not null,
  calls bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  charge_nanos bigint not null,
  uncollected_nanos bigint not null,
  primary key (account_id, hour, model_id, api_key_id)
);

-- Calls before this instant are in usage_hours, each once; those from it on are only in the log. An instant of a call is
-- that of its id.
create table usage_counted (
  single_row boolean primary key default true constraint usage_counted_single_row check (single_row),
  upto timestamptz not null
);
insert into usage_counted (upto) values ('epoch');

-- What a call adds to sums, in the same words for both tables.
create view usage_amounts as
  select id, account_id, model_id, api_key_id,
         input_tokens + image_input_tokens + audio_input_tokens + cache_read_tokens + cache_write_5m_tokens
           + cache_write_1h_tokens as input_tokens,
         output_tokens + image_output_tokens + audio_output_tokens as output_tokens, charge_nanos, uncollected_nanos
    from usage_events;

-- Calls by themselves, in the shape of usage_hours.
create function usage_calls(p_account uuid, p_from timestamptz, p_to timestamptz, p_model text, p_key uuid)
returns table (at timestamptz, model_id text, api_key_id uuid, calls bigint, input_tokens bigint, output_tokens bigint,
  charge_nanos bigint, uncollected_nanos bigint) language sql stable as $$
  select uuid_time(u.id), u.model_id, u.api_key_id, 1::bigint, u.input_tokens, u.output_tokens, u.charge_nanos,
         u.uncollected_nanos
    from usage_amounts u
   where u.account_id = p_account and u.id >= uuid_at(p_from) and u.id < uuid_at(p_to)
     and (p_model is null or u.model_id = p_model) and (p_key is null or u.api_key_id = p_key)
$$;

-- An account's calls in [p_from, p_to) as rows to be added up: whole hours where they are counted, calls at the edges and
-- after what is counted. With a zone each row lies within one of its days: where clocks are not whole hours from UTC, the
-- hours in which a day begins come call by call. Planned for its values each time: which partitions, and by index.
create function usage_parts(p_account uuid, p_from timestamptz, p_to timestamptz, p_model text, p_key uuid, p_zone text)
returns table (at timestamptz, model_id text, api_key_id uuid, calls bigint, input_tokens bigint, output_tokens bigint,
  charge_nanos bigint, uncollected_nanos bigint) language plpgsql stable
set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  v_counted timestamptz := (select upto from usage_counted);
  v_first timestamptz := date_trunc('hour', p_from + interval '1 hour' - interval '1 microsecond', 'UTC');
  v_end timestamptz := date_trunc('hour', p_to, 'UTC');
  -- From here on call by call.
  v_rest timestamptz := greatest(v_first, least(v_counted, v_end));
  v_split timestamptz[] := array(
    select date_trunc('hour', midnight, 'UTC')
      from generate_series((v_first at time zone p_zone)::date::timestamp, (v_rest at time zone p_zone)::date::timestamp,
             interval '1 day') as day
     cross join lateral (select day at time zone p_zone as midnight) m
     where date_trunc('hour', midnight, 'UTC') <> midnight
       and date_trunc('hour', midnight, 'UTC') >= v_first and date_trunc('hour', midnight, 'UTC') < v_rest);
  v_hour timestamptz;
begin
  return query
  select h.hour, h.model_id, h.api_key_id, h.calls, h.input_tokens, h.output_tokens, h.charge_nanos, h.uncollected_nanos
    from usage_hours h
   where h.account_id = p_account and h.hour >= v_first and h.hour < v_end and h.hour <> all (v_split)
     and (p_model is null or h.model_id = p_model) and (p_key is null or h.api_key_id = p_key);
  return query select * from usage_calls(p_account, p_from, least(p_to, v_first), p_model, p_key);
  return query select * from usage_calls(p_account, v_rest, p_to, p_model, p_key);
  foreach v_hour in array v_split loop
    return query
    select * from usage_calls(p_account, v_hour, least(v_hour + interval '1 hour', v_counted), p_model, p_key);
  end loop;
end $$;
`;
