import { z } from 'zod';
import { boolean, metadata, naturalNumber, text } from '../parameters.ts';

const placeholder = '{CHECKOUT_SESSION_ID}';

const url = text.refine(
  (value) => /^https?:\/\//.test(value) && URL.canParse(value.replaceAll(placeholder, 'cs_test')),
  { message: 'Not a valid URL', params: { code: 'url_invalid' } },
);

const email = text.refine((value) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value), {
  message: 'Invalid email address',
  params: { code: 'email_invalid' },
});

const lineItem = z.strictObject({
  price: text.optional(),
  price_data: z
    .strictObject({
      currency: text,
      unit_amount: naturalNumber,
      product_data: z.strictObject({
        name: text,
        description: text.optional(),
        images: z.array(text).optional(),
        metadata: metadata.optional(),
        tax_code: text.optional(),
      }),
      recurring: z
        .strictObject({
          interval: z.enum(['day', 'week', 'month', 'year']),
          interval_count: naturalNumber.pipe(z.number().min(1).max(36)).default(1),
        })
        .optional(),
      tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
    })
    .optional(),
  quantity: naturalNumber.pipe(z.number().min(1)),
});

const paymentIntentData = z.strictObject({
  description: text.optional(),
  metadata: metadata.optional(),
  receipt_email: text.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});

const setupIntentData = z.strictObject({ description: text.optional(), metadata: metadata.optional() });
const subscriptionData = z.strictObject({ description: text.optional(), metadata: metadata.optional() });

/** Real parameters of Stripe that change nothing here, so that they are not refused as unknown. */
const accepted = Object.fromEntries(
  [
    'adaptive_pricing',
    'automatic_tax',
    'billing_address_collection',
    'branding_settings',
    'consent_collection',
    'custom_text',
    'customer_update',
    'excluded_payment_method_types',
    'invoice_creation',
    'name_collection',
    'payment_method_options',
    'phone_number_collection',
    'saved_payment_method_options',
    'submit_type',
    'tax_id_collection',
  ].map((name) => [name, z.unknown().optional()]),
);

/** `POST /v1/checkout/sessions`. `payment_method_types` is not among them since the version `endive`. */
export const createSessionParameters = z.strictObject({
  ...accepted,
  mode: z.enum(['payment', 'setup', 'subscription']),
  line_items: z.array(lineItem).min(1).max(100).optional(),
  success_url: url,
  cancel_url: url.optional(),
  client_reference_id: z.string().min(1).max(200).optional(),
  customer: text.optional(),
  customer_email: email.optional(),
  customer_creation: z.enum(['always', 'if_required']).optional(),
  currency: text.optional(),
  metadata: metadata.default({}),
  payment_intent_data: paymentIntentData.optional(),
  setup_intent_data: setupIntentData.optional(),
  subscription_data: subscriptionData.optional(),
  expires_at: naturalNumber.optional(),
  allow_promotion_codes: boolean.optional(),
  allowed_payment_method_types: z.array(text).optional(),
  locale: text.optional(),
  ui_mode: z.enum(['hosted_page']).default('hosted_page'),
});

export type CreateSessionParameters = z.output<typeof createSessionParameters>;
export type LineItemParameters = z.output<typeof lineItem>;

/** Where the buyer goes afterwards. */
export function returnUrl(successUrl: string, sessionId: string): string {
  return successUrl.replaceAll(placeholder, sessionId);
}
