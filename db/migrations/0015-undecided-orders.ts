/** For the sweep that takes up orders whose workflow was lost (db/orders.ts): few rows of many. */
export const up = `
create index orders_undecided on orders (expires_at)
  where status in ('created', 'link_issued', 'paid')
     or attention_reason in ('provider_unreachable', 'still_processing');
`;
