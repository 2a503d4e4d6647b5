/** The day of an account's daily caps that goes on after its time zone was changed (billing/cap-day.ts). */
export const up = `
alter table accounts add column cap_day_start timestamptz, add column cap_day_end timestamptz,
  add constraint accounts_cap_day_whole check ((cap_day_start is null) = (cap_day_end is null));
`;
