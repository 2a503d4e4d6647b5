import { meterFlushFunctions } from './meter-flush/functions.ts';

/**
 * What may pay for a call is kept with its hold, so that what it costs beyond the hold is not taken from a wallet that
 * was told to pay nothing. Flushes tell whether a hold was refused only because of calls in flight. And upstreams that
 * go on billing when they are hung up on are read to their end.
 */
export const up = `
alter table holds add column plan_pays boolean not null default true, add column wallet_pays boolean not null default true;
alter table upstreams add column bills_after_cancel boolean not null default false;

${meterFlushFunctions}
`;
