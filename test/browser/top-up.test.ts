import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';

let site: ConsoleStack;

describeInBrowser('a top-up in the browser', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('is paid on the provider page, credited, and seen in the balance without a reload', async () => {
    const page = await site.enter('/topup');
    await expectBalance(page, '$0.00');
    await page.getByRole('radio', { name: '$20', exact: true }).click();
    await page.getByRole('button', { name: 'Top up $20.00' }).click();
    await page.locator('#pay').click();

    await page.waitForURL(/\/console\/top-ups\/[0-9a-f-]{36}$/);
    await markDocument(page);
    await expectStatus(page, 'credited');
    await expectBalance(page, '$20.00');
    expect(await isSameDocument(page)).toBe(true);
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toBe(
      '$20.00 added to your wallet',
    );
    for (const step of [
      'Order created',
      'Payment page opened',
      'Payment verified',
      'Credited to your wallet',
    ])
      await page.getByText(step, { exact: true }).waitFor();

    await page.reload();
    await expectStatus(page, 'credited');
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('cell', { name: 'Credited', exact: true }).waitFor();
  });

  it('can be of any amount within the limits, and says which limit another one breaks', async () => {
    const page = await site.enter('/topup');
    const amount = page.getByLabel('Or another amount');
    await amount.fill('0.10');
    await page
      .getByRole('button', { name: /^Top up/ })
      .last()
      .click();
    await page.getByText('The smallest top-up is').waitFor();
    expect(await amount.getAttribute('aria-invalid')).toBe('true');
    expect(await amount.evaluate((field) => field === document.activeElement)).toBe(true);

    await amount.fill('12,5');
    await page.getByRole('button', { name: 'Top up $12.50' }).click();
    await page.locator('#pay').waitFor();
    expect(await page.locator('#amount').textContent()).toBe('$12.50');
  });

  it('works with the keyboard alone', async () => {
    const page = await site.enter('/topup');
    await page.getByRole('radio', { name: '$10', exact: true }).waitFor();
    await tabTo(page, 'radio', /^Card/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Top up $20.00' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('15');
    await page.getByRole('button', { name: 'Top up $15.00' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#pay').focus();
    await page.keyboard.press('Enter');
    await expectStatus(page, 'credited');
    await expectBalance(page, '$15.00');
  });

  it('that is declined is told on the provider page, and waits on the order page until it is paid', async () => {
    const page = await site.enter('/topup');
    await page.getByRole('button', { name: /^Top up \$/ }).click();
    await page.locator('#decline').click();
    await page.locator('#error').waitFor();
    await page.locator('#back').click();

    await expectStatus(page, 'link_issued');
    await page.getByText('We are waiting for your payment').waitFor();
    await expectBalance(page, '$0.00');
    await page.getByRole('link', { name: 'Continue to payment' }).click();
    await page.locator('#pay').click();
    await expectStatus(page, 'credited');
  });

  it('is credited when the customer never comes back, on whichever page they are', async () => {
    const page = await site.enter('/topup');
    await page.getByRole('button', { name: 'Top up $10.00' }).click();
    await page.locator('#pay').waitFor();
    const session = /cs_test_\w+/.exec(page.url())?.[0] ?? '';
    await page.goto(`${site.url}/keys`);
    await expectBalance(page, '$0.00');
    await markDocument(page);
    await site.stripe.pay(session);

    await expectBalance(page, '$10.00');
    const said = page.getByRole('status').filter({ hasText: 'Your balance is now $10.00' });
    await said.waitFor({ state: 'attached' });
    await page.getByText('Top-up credited').waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  it('by bank transfer is shown as on its way, and credited when the money arrives', async () => {
    const page = await site.enter('/topup');
    await page.getByRole('button', { name: /^Top up \$/ }).click();
    await page.locator('#pay-later').click();
    await expectStatus(page, 'paid');
    await page.getByText('Your payment is on its way').waitFor();
    expect(await page.getByRole('link', { name: 'Continue to payment' }).count()).toBe(0);
    const [session] = await site.stripe.sessions(await orderNumber(page));
    await site.stripe.settle(session?.id ?? '');
    await expectStatus(page, 'credited');
  });

  it('can be cancelled from its page, after a question', async () => {
    const page = await site.enter('/topup');
    await page.getByRole('button', { name: /^Top up \$/ }).click();
    await page.locator('#back').click();
    await expectStatus(page, 'link_issued');
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('The provider was asked just now.').waitFor();
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel order' }).click();
    await expectStatus(page, 'cancelled');
    expect(await page.getByRole('link', { name: 'Continue to payment' }).count()).toBe(0);
  });

  it('that got no answer is asked for again with the same key, and becomes one order', async () => {
    const page = await site.enter('/topup');
    const keys: (string | undefined)[] = [];
    let failures = 4;
    await page.route('**/api/top-ups', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (failures-- <= 0) return route.continue();
      // The order is made; its answer gets lost on the way back.
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Top up $10.00' }).click();
    await page.getByText('The top-up was not started').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Top up $10.00' }).click();
    await page.locator('#pay').waitFor();
    expect(new Set(keys).size).toBe(1);
    expect(keys.length).toBe(5);

    await page.goto(`${site.url}/orders`);
    await page.getByRole('cell', { name: 'Waiting for payment' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });
});

async function expectStatus(page: Page, status: string): Promise<void> {
  await page.locator(`[data-testid=order-status][data-status=${status}]`).waitFor({ timeout: 20_000 });
}

async function expectBalance(page: Page, shown: string): Promise<void> {
  await page.getByTestId('balance').getByText(shown, { exact: true }).waitFor({ timeout: 20_000 });
}

const orderNumber = async (page: Page) => (await page.getByText(/^TG-/).first().textContent()) ?? '';
const markDocument = (page: Page) => page.evaluate(() => void Object.assign(window, { marked: true }));
const isSameDocument = (page: Page) => page.evaluate(() => 'marked' in window);

/** Presses Tab until the focus is on that control, as somebody without a mouse would. */
async function tabTo(page: Page, role: string, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return { role: element?.getAttribute('role') ?? element?.tagName, text: element?.textContent ?? '' };
    });
    if (focused.role === role && name.test(focused.text)) return;
  }
  throw new Error(`Tab never reached the ${role} ${name}`);
}
