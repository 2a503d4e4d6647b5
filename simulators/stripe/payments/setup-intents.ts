import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Metadata, PaymentMethod, SetupIntent } from '../wire.ts';
import type { Decline } from './cards.ts';

export interface SetupIntentInput {
  customer: string | null;
  description: string | null;
  metadata: Metadata;
  paymentMethodTypes: string[];
}

/** The wish to keep a card that nobody has given yet. */
export function createSetupIntent(simulator: Simulator, input: SetupIntentInput): SetupIntent {
  const id = newId('seti');
  const intent = simulator.objects.insert<SetupIntent>({
    ...unusedFields,
    id,
    object: 'setup_intent',
    client_secret: newId(`${id}_secret`),
    created: nowInSeconds(simulator),
    customer: input.customer,
    description: input.description,
    metadata: input.metadata,
    payment_method_types: input.paymentMethodTypes,
    status: 'requires_payment_method',
    usage: 'off_session',
  });
  recordEvent(simulator, 'setup_intent.created', intent);
  return intent;
}

export function succeedSetup(simulator: Simulator, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  const done = simulator.objects.replace<SetupIntent>({
    ...intent,
    customer: method.customer,
    last_setup_error: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  if (method.customer !== null) recordEvent(simulator, 'payment_method.attached', method);
  recordEvent(simulator, 'setup_intent.succeeded', done);
  return done;
}

/** The bank refuses the card; another one can be tried. */
export function failSetup(
  simulator: Simulator,
  intent: SetupIntent,
  method: PaymentMethod,
  decline: Decline,
): SetupIntent {
  const failed = simulator.objects.replace<SetupIntent>({
    ...intent,
    last_setup_error: {
      type: 'card_error',
      code: decline.code,
      decline_code: decline.declineCode,
      message: decline.message,
      // Inside another object the SDK's type is the expanded one, which is what the wire carries.
      payment_method: method as NonNullable<SetupIntent['last_setup_error']>['payment_method'] & object,
    },
  });
  recordEvent(simulator, 'setup_intent.setup_failed', failed);
  return failed;
}

export function cancelSetup(simulator: Simulator, intent: SetupIntent): SetupIntent {
  const canceled = simulator.objects.replace<SetupIntent>({ ...intent, status: 'canceled' });
  recordEvent(simulator, 'setup_intent.canceled', canceled);
  return canceled;
}

const unusedFields = {
  allowed_payment_method_types: null,
  application: null,
  automatic_payment_methods: null,
  cancellation_reason: null,
  customer_account: null,
  excluded_payment_method_types: null,
  flow_directions: null,
  last_setup_error: null,
  latest_attempt: null,
  livemode: false,
  managed_payments: null,
  mandate: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_method_options: {},
  single_use_mandate: null,
};
