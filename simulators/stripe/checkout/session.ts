import { newId } from '../ids.ts';
import { createSetupIntent } from '../payments/setup-intents.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Customer, Session, SetupIntent } from '../wire.ts';
import type { LineItem } from './line-items.ts';
import { type Asked, askedFor } from './modes.ts';
import type { CreateSessionParameters } from './parameters.ts';

/** What a session needs to know later and never shows. */
export interface SessionSecrets {
  lineItems: LineItem[];
  paymentIntentData: NonNullable<CreateSessionParameters['payment_intent_data']>;
  subscriptionData: NonNullable<CreateSessionParameters['subscription_data']>;
  /** The payment that was tried for the first invoice of a subscription: the session does not name it. */
  attempt?: string;
}

const minute = 60;
const day = 24 * 60 * minute;
/** A caller computes "in 30 minutes" before the request arrives. */
const grace = 10;

/** Opens a checkout page: for a payment, for the first one of a subscription, or for a card to keep. */
export function createSession(simulator: Simulator, parameters: CreateSessionParameters): Session {
  const asked = askedFor(simulator, parameters);
  const session = buildSession(simulator, parameters, asked);
  if (session.mode === 'setup') session.setup_intent = setupIntentOf(simulator, session, parameters).id;
  const secrets: SessionSecrets = {
    lineItems: asked.lineItems,
    paymentIntentData: parameters.payment_intent_data ?? {},
    subscriptionData: parameters.subscription_data ?? {},
  };
  return simulator.objects.insert(session, secrets);
}

function setupIntentOf(
  simulator: Simulator,
  session: Session,
  { setup_intent_data: data }: CreateSessionParameters,
): SetupIntent {
  return createSetupIntent(simulator, {
    customer: session.customer,
    description: data?.description ?? null,
    metadata: data?.metadata ?? {},
    paymentMethodTypes: session.payment_method_types,
  });
}

function buildSession(
  simulator: Simulator,
  parameters: CreateSessionParameters,
  { total, currency }: Asked,
): Session {
  const id = newId('cs_test_a1', 56);
  const email = buyerEmail(simulator, parameters);
  return {
    ...unusedFields,
    id,
    object: 'checkout.session',
    allow_promotion_codes: parameters.allow_promotion_codes ?? null,
    amount_subtotal: total,
    amount_total: total,
    cancel_url: parameters.cancel_url ?? null,
    client_reference_id: parameters.client_reference_id ?? null,
    created: nowInSeconds(simulator),
    currency,
    customer: parameters.customer ?? null,
    customer_creation: parameters.customer === undefined ? customerCreation(parameters) : null,
    customer_details: email === null ? null : customerDetails(email, null),
    customer_email: parameters.customer_email ?? null,
    expires_at: expiresAt(simulator, parameters.expires_at),
    metadata: parameters.metadata,
    mode: parameters.mode,
    payment_method_types: parameters.allowed_payment_method_types ?? ['card', 'us_bank_account'],
    payment_status: !total ? 'no_payment_required' : 'unpaid',
    status: 'open',
    success_url: parameters.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${simulator.publicUrl}/c/pay/${id}`,
  };
}

/** A subscription always belongs to a customer. */
function customerCreation({ mode, customer_creation }: CreateSessionParameters) {
  return mode === 'subscription' ? 'always' : (customer_creation ?? 'if_required');
}

function buyerEmail(simulator: Simulator, parameters: CreateSessionParameters): string | null {
  const { customer, customer_email } = parameters;
  if (customer === undefined) return customer_email ?? null;
  if (customer_email !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: customer, customer_email.');
  }
  return simulator.objects.get<Customer>('customer', customer, 'customer').email;
}

export function customerDetails(email: string | null, name: string | null): Session['customer_details'] {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: null,
  };
}

function expiresAt(simulator: Simulator, asked: number | undefined): number {
  const now = nowInSeconds(simulator);
  if (asked === undefined) return now + day;
  const bound = (text: string) =>
    invalidRequest(`The \`expires_at\` timestamp must be ${text} from Checkout Session creation.`, {
      param: 'expires_at',
    });
  if (asked < now + 30 * minute - grace) throw bound('at least 30 minutes');
  if (asked > now + day + grace) throw bound('less than 24 hours');
  return asked;
}

const unusedFields = {
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  livemode: false,
  locale: null,
  managed_payments: null,
  origin_context: null,
  payment_intent: null,
  payment_link: null,
  payment_method_collection: 'if_required' as const,
  payment_method_configuration_details: null,
  payment_method_options: {},
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  submit_type: null,
  subscription: null,
  wallet_options: null,
};
