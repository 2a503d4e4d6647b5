import { describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { signatureHeader } from './signature.ts';

const secret = 'whsec_madeup_0123456789abcdef';
const second = 1767225600;
const body =
  '{"id":"evt_test_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_1","object":"checkout.session","client_reference_id":"ord_1001","amount_total":1000,"currency":"usd","payment_status":"paid"}}}';
const header = 't=1767225600,v1=ea8d62dd78c2174d51d86bedc4a639ad6a68ea5619f6ab29909fd88f3ca390f0';

describe('the signature of a webhook', () => {
  test('is the known one for the known vector', () => {
    expect(signatureHeader(secret, second, body)).toBe(header);
    expect(signatureHeader(secret, second, Buffer.from(body))).toBe(header);
  });

  test('made with an empty key is the known forgery', () => {
    const forged = signatureHeader('', second, body);
    expect(forged).toContain('v1=b11292d4dffc105f500e11fe8fddac8dec2c98f6a8c242954e4c5a8937ae092e');
  });

  test('is accepted by the SDK within its tolerance only', () => {
    const { webhooks } = new Stripe('sk_test_any');
    const verify = (age: number) =>
      webhooks.constructEvent(body, header, secret, 300, undefined, (second + age) * 1000);
    expect(verify(10).id).toBe('evt_test_1');
    expect(() => verify(301)).toThrow('Timestamp outside the tolerance zone');
  });
});
