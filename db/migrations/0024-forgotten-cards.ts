/** A card that a customer removes is forgotten by its provider too. */
export const up = `
alter table payment_methods add column forgotten_at timestamptz;
create index payment_methods_to_forget on payment_methods (removed_at)
  where removed_at is not null and forgotten_at is null;
`;
