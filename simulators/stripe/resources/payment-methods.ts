import { z } from 'zod';
import { recordEvent } from '../events.ts';
import { type Operation, operation } from '../operation.ts';
import { text } from '../parameters.ts';
import { resolvePaymentMethod } from '../payments/payment-methods.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Customer, PaymentMethod } from '../wire.ts';
import { retrieve } from './readers.ts';

function attach(simulator: Simulator, id: string, customer: string): PaymentMethod {
  simulator.objects.get<Customer>('customer', customer, 'customer');
  const method = resolvePaymentMethod(simulator, id, customer);
  const attached = simulator.objects.replace<PaymentMethod>({ ...method, customer });
  recordEvent(simulator, 'payment_method.attached', attached);
  return attached;
}

function detach(simulator: Simulator, id: string): PaymentMethod {
  const method = simulator.objects.get<PaymentMethod>('payment_method', id);
  if (method.customer === null) {
    throw invalidRequest(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
    );
  }
  const detached = simulator.objects.replace<PaymentMethod>({ ...method, customer: null });
  recordEvent(simulator, 'payment_method.detached', detached, { customer: method.customer });
  return detached;
}

export const paymentMethodOperations: Operation[] = [
  retrieve('/v1/payment_methods', 'payment_method'),
  operation(
    'post',
    '/v1/payment_methods/:id/attach',
    z.strictObject({ customer: text }),
    (simulator, { id, parameters }) => attach(simulator, id, parameters.customer),
  ),
  operation('post', '/v1/payment_methods/:id/detach', z.strictObject({}), (simulator, { id }) =>
    detach(simulator, id),
  ),
];
