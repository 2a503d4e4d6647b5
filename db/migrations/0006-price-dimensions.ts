/** Prices of what is not counted in tokens, and how much of it each call used. */
export const up = `
-- Part of a price version. Nanos per million of the unit, as tokens are priced: $0.04 an image is 40,000 dollars.
-- A kind without a price costs what it is a kind of: image:1024x1024:high, image:1024x1024, image.
create table model_unit_prices (
  version bigint not null references model_prices (version),
  unit text not null
    constraint model_unit_prices_unit check (unit ~ '^(image|second|character|search|tool)(:[a-z0-9_.-]+)*$'),
  nanos_per_million bigint not null constraint model_unit_prices_not_negative check (nanos_per_million >= 0),
  primary key (version, unit)
);
create trigger model_unit_prices_notify after insert or update or delete on model_unit_prices
  for each statement execute function notify_catalog_change();

-- {"image:1024x1024:high": 2}; null where only tokens were used.
alter table usage_events add column units jsonb
  constraint usage_units_are_counts check (jsonb_typeof(units) = 'object');
`;
