import { z } from 'zod';
import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { listObjects, listParameters } from '../list.ts';
import { type Operation, operation } from '../operation.ts';
import { metadata, text } from '../parameters.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Customer, Metadata, PaymentMethod } from '../wire.ts';
import { list, retrieve } from './readers.ts';

interface CustomerInput {
  email?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  phone?: string | undefined;
  invoice_settings?: { default_payment_method?: string | undefined } | undefined;
  metadata?: Metadata | undefined;
}

export function createCustomer(simulator: Simulator, input: CustomerInput): Customer {
  const customer = simulator.objects.insert<Customer>({
    id: newId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: nowInSeconds(simulator),
    currency: null,
    default_source: null,
    delinquent: false,
    description: input.description ?? null,
    discount: null,
    email: input.email ?? null,
    invoice_prefix: newId('X', 7).slice(2).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: input.invoice_settings?.default_payment_method ?? null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: input.metadata ?? {},
    name: input.name ?? null,
    next_invoice_sequence: 1,
    phone: input.phone ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  });
  recordEvent(simulator, 'customer.created', customer);
  return customer;
}

const customerParameters = z.strictObject({
  email: text.optional(),
  name: text.optional(),
  description: text.optional(),
  phone: text.optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional() }).optional(),
  metadata: metadata.optional(),
});

function updateCustomer(simulator: Simulator, id: string, changes: CustomerInput): Customer {
  const customer = simulator.objects.get<Customer>('customer', id);
  const { metadata: added, invoice_settings: settings, ...fields } = changes;
  const merged = { ...customer.metadata, ...added };
  // Stripe's way to remove a key is to set it to nothing.
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const changed = simulator.objects.replace<Customer>({
    ...customer,
    ...present,
    invoice_settings: { ...customer.invoice_settings, ...settings } as Customer['invoice_settings'],
    metadata: kept,
  });
  recordEvent(simulator, 'customer.updated', changed);
  return changed;
}

export const customerOperations: Operation[] = [
  operation('post', '/v1/customers', customerParameters, (simulator, { parameters }) =>
    createCustomer(simulator, parameters),
  ),
  operation('post', '/v1/customers/:id', customerParameters, (simulator, { id, parameters }) =>
    updateCustomer(simulator, id, parameters),
  ),
  retrieve('/v1/customers', 'customer'),
  list('/v1/customers', 'customer', ['email']),
  operation(
    'get',
    '/v1/customers/:id/payment_methods',
    z.strictObject({ ...listParameters, type: text.optional() }),
    (simulator, { id, parameters }) => {
      simulator.objects.get<Customer>('customer', id, 'customer');
      const url = `/v1/customers/${id}/payment_methods`;
      const filter = { customer: id, type: parameters.type };
      return listObjects<PaymentMethod>(simulator, 'payment_method', url, parameters, filter);
    },
  ),
];
