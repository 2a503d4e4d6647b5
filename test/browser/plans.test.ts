import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';
import { buyPlan, expectPlan, moveClock, payOnPage, planCustomer, sandboxPage } from './plan-pages.ts';

let site: ConsoleStack;

const outage = {
  status: 503,
  json: { error: { code: 'database_unavailable', message: 'The database does not answer.' } },
};

describeInBrowser('plans in the browser', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('a plan is bought by card, and its page says what it gives and what comes next', async () => {
    const { page } = await planCustomer(site);
    await expectPlan(page, 'Free');
    await page.getByText('0 of 1,000', { exact: true }).waitFor();
    await buyPlan(page, 'Premium');
    for (const figures of [
      '3,000 of 3,000 left',
      '7,500 of 7,500 left',
      '0 of 250 credits',
      '0 of 750 credits',
      '$0.00 of $250.00',
    ])
      await page.getByText(figures, { exact: true }).waitFor();
    const renewal = await page.getByTestId('next-renewal').textContent();
    expect(renewal).toContain('Premium for $25.00');
    expect(renewal).toContain('2,500 + 500 bonus credits; backup filled up to 7,500');
    expect(renewal).toContain('Charged to your Visa ending in 4242');
    await page.getByRole('row', { name: /Premium plan, period 1 Granted \$25\.00 Paid by order/ }).waitFor();
    await page.getByRole('link', { name: 'Paid by order' }).click();
    await page.getByText('Used for your plan', { exact: true }).waitFor();
  });

  it('a plan that is paid while its page is open appears there without a reload', async () => {
    const { page } = await planCustomer(site);
    await page.getByRole('button', { name: 'Buy: Premium' }).click();
    await page.getByRole('button', { name: 'Pay $25.00' }).click();
    await page.locator('#pay').waitFor();
    const session = /cs_test_\w+/.exec(page.url())?.[0] ?? '';
    await page.goto(`${site.url}/plans`);
    await expectPlan(page, 'Free');
    await page.evaluate(() => void Object.assign(window, { marked: true }));
    await site.stripe.pay(session);
    await expectPlan(page, 'Premium');
    await page.getByText('Your plan has begun').waitFor();
    expect(await page.evaluate(() => 'marked' in window)).toBe(true);
  });

  it('what cannot be loaded says why in its place, and loads on the next try', async () => {
    const { page } = await planCustomer(site);
    await page.route(/\/api\/(plans|subscription|payment-methods)/, (route) => route.fulfill(outage));
    await page.reload();
    const panels = page
      .getByRole('main')
      .getByRole('alert')
      .filter({ hasText: 'The database does not answer.' });
    await panels.nth(3).waitFor();
    await page.unrouteAll();
    // One of them can load while the mouse is on its way: then there is nothing left to click.
    while ((await panels.count()) > 0)
      await panels
        .first()
        .getByRole('button', { name: 'Try again' })
        .click({ timeout: 1_000 })
        .catch(() => undefined);
    await expectPlan(page, 'Free');
    await page.getByText('No plan yet.').waitFor();
  });

  it('a plan is bought with the keyboard alone, to be paid by hand each month', async () => {
    const { page } = await planCustomer(site);
    await page.getByRole('button', { name: 'Buy: Starter' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Starter, $10.00 a month' }).waitFor();
    await tabTo(page, 'Save my card');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'Pay $10.00');
    await page.keyboard.press('Enter');
    await payOnPage(page, 'Your plan has begun');
    await expectPlan(page, 'Starter');
    expect(await page.getByTestId('next-renewal').textContent()).toContain('By you: we remind you');
    await page.getByText('No saved card.').waitFor();
  });

  it('a switch shows every term, is paid once, and credits the unused share', async () => {
    const { page } = await planCustomer(site);
    await buyPlan(page, 'Starter');
    await page.getByRole('button', { name: 'Upgrade: Premium' }).click();
    const terms = page.getByTestId('quote-terms');
    await terms.waitFor();
    expect((await terms.getByRole('row').allTextContents()).map((row) => row.replace(/\s+/g, ' '))).toEqual([
      'Time goneof four weeks0%',
      'Credits usedthree quarters of plan credits (0 of 1,200) and a quarter of backup (0 of 3,000)0%',
      'Minimum10%',
      'Counts as consumedthe largest of the three: the minimum10%',
      'Paid for Starter$10.00',
      'Unused share of it$9.00',
      'Price difference$15.00',
      'Credit to your wallet$9.00',
      'You pay now for Premium$25.00',
    ]);
    await page.getByRole('button', { name: 'Pay $25.00 and switch' }).click();
    await payOnPage(page, 'You have switched plans');
    await expectPlan(page, 'Premium');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('list', { name: 'Where it is' }).getByText('$9.00', { exact: true }).waitFor();
  });

  it('a downgrade is offered at the end of the period first, says that now credits nothing, and can be undone', async () => {
    const { page } = await planCustomer(site);
    await buyPlan(page, 'Premium');
    await page.getByRole('button', { name: 'Downgrade: Starter' }).click();
    const choices = page.getByRole('dialog').getByRole('radio');
    await choices.first().waitFor();
    expect(await choices.first().textContent()).toContain('At the end of the period');
    expect(await choices.first().getAttribute('aria-checked')).toBe('true');
    await choices.filter({ hasText: /^Now/ }).click();
    expect(await page.getByTestId('zero-credit').textContent()).toContain('Switching now credits nothing');
    await choices.first().click();
    await page.getByRole('button', { name: 'Switch at the end of the period' }).click();

    const planned = page.getByTestId('planned-switch');
    await planned.getByText('Starter begins').waitFor();
    expect(await page.getByTestId('next-renewal').textContent()).toContain('Starter for $10.00');
    await planned.getByRole('button', { name: 'Undo' }).click();
    await planned.waitFor({ state: 'detached' });
    expect(await page.getByTestId('next-renewal').textContent()).toContain('Premium for $25.00');
  });

  it('a quote that got worse is refused, and the new one is shown', async () => {
    const { page, email } = await planCustomer(site);
    await buyPlan(page, 'Starter');
    const clock = await sandboxPage(site, email);
    await page.getByRole('button', { name: 'Upgrade: Premium' }).click();
    await page.getByRole('row', { name: 'Credit to your wallet $9.00' }).waitFor();
    await clock.getByLabel('Move its time to').fill(daysOn(14));
    await clock.getByRole('button', { name: 'Move', exact: true }).click();
    await clock.getByText('14 days ahead').waitFor({ timeout: 20_000 });

    const confirm = page.getByRole('button', { name: 'Pay $25.00 and switch' });
    await confirm.click();
    await page.getByRole('alert').getByText('The quote has changed').waitFor();
    await page.getByRole('row', { name: /^Counts as consumed .* the time gone/ }).waitFor();
    expect(await page.getByRole('row', { name: 'Credit to your wallet $9.00' }).count()).toBe(0);
    await confirm.click();
    await payOnPage(page, 'You have switched plans');
    await expectPlan(page, 'Premium');
  });

  it('a plan is cancelled after a question that says until when it goes on, and resumed', async () => {
    const { page } = await planCustomer(site);
    await buyPlan(page, 'Pro');
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel Pro?' });
    await dialog.getByText(/^All benefits go on until \d+ \w+/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByText('This plan is cancelled').waitFor();
    expect(await page.getByTestId('next-renewal').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume Pro' }).click();
    await page.getByText('This plan is cancelled').waitFor({ state: 'detached' });
    await page.getByTestId('next-renewal').waitFor();
  });

  it('a pass is appended, and says what is paid ahead', async () => {
    const { page } = await planCustomer(site);
    await page.getByRole('button', { name: '30-day pass: Starter' }).click();
    await page.getByRole('button', { name: 'Pay $10.00' }).click();
    await payOnPage(page, 'Your plan has begun');
    await page.getByRole('button', { name: 'Add 30 days: Starter' }).click();
    await page.getByRole('button', { name: 'Pay $10.00' }).click();
    await payOnPage(page, 'Thirty days were added');
    await page.getByTestId('paid-ahead').getByText('Paid ahead').waitFor();
    expect(await page.getByTestId('next-renewal').textContent()).toContain('Paid already');
  });

  it('a declined renewal says why and what happens next, and is paid on a page', async () => {
    const { page, email } = await planCustomer(site);
    await buyPlan(page, 'Starter', '0341');
    await moveClock(await sandboxPage(site, email), 'To the next renewal');
    await page.reload();
    const due = page.getByTestId('payment-due');
    await due.getByText('Your card was declined').waitFor();
    const words = await due.textContent();
    expect(words).toMatch(/Your card is tried again \d+ \w+/);
    expect(words).toMatch(/benefits go on until \d+ \w+/);
    await page.getByRole('row', { name: /period 2 Due .* declined/ }).waitFor();
    await due.getByRole('button', { name: 'Pay now' }).click();
    await page.getByRole('button', { name: 'Pay $10.00' }).click();
    await payOnPage(page, 'Your next month is paid');
    await page.getByText('Period 2:').waitFor({ timeout: 20_000 });
    await due.waitFor({ state: 'detached' });
  });

  it('a year of a plan is watched on the clock of a sandbox account', async () => {
    const { page, email } = await planCustomer(site);
    await buyPlan(page, 'Starter');
    const clock = await sandboxPage(site, email);
    await moveClock(clock, 'To the next renewal');
    await clock.getByRole('row', { name: /period 2 Granted \$10\.00 Saved card 1,000 200/ }).waitFor();
    await moveClock(clock, 'A year on');
    await clock.getByRole('row', { name: /period 14 Granted/ }).waitFor();
    expect(await clock.getByRole('row', { name: /Granted \$10\.00/ }).count()).toBe(14);
  }, 120_000);

  it('another card is saved on the provider page, and removed again', async () => {
    const { page } = await planCustomer(site);
    await page.getByRole('button', { name: 'Add a card' }).click();
    await page.locator('#save').click();
    await page.getByText('Your card is saved.').waitFor({ timeout: 20_000 });
    await page.getByText('Visa ending in 4242').waitFor();
    await page.getByRole('button', { name: 'Remove Visa ending in 4242' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove card' }).click();
    await page.getByText('No saved card.').waitFor();
  });
});

/** As a field of date and time takes it; accounts of tests live in UTC. */
function daysOn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
}

/** Presses Tab until the focus is on what says that. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    if (await page.evaluate((words) => document.activeElement?.textContent?.includes(words), text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${text}`);
}
