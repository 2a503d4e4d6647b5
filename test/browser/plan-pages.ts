import type { Page } from 'playwright-core';
import type { ConsoleStack } from './console-session.ts';

export interface PlanCustomer {
  email: string;
  page: Page;
}

/** Waits for a figure that polling brings. */
const SOON = { timeout: 20_000 };

/** A new customer on the page of plans. */
export async function planCustomer(site: ConsoleStack): Promise<PlanCustomer> {
  const { email, cookies } = await site.register();
  return { email, page: await site.enterAs(cookies, '/plans') };
}

/** Buys a plan with a card of the simulated Stripe, and goes back to the page of plans. */
export async function buyPlan(page: Page, plan: string, card = '4242'): Promise<void> {
  await page.getByRole('button', { name: `Buy: ${plan}` }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Pay \$/ })
    .click();
  await payOnPage(page, 'Your plan has begun', card);
  await expectPlan(page, plan);
}

/** From the provider's page by way of the order's page to the plans. */
export async function payOnPage(page: Page, outcome: string, card = '4242'): Promise<void> {
  await page.locator('#pay').waitFor();
  await page.locator('#card').selectOption(card);
  await page.locator('#pay').click();
  await page.getByRole('heading', { level: 2, name: outcome }).waitFor(SOON);
  await page.getByRole('link', { name: 'Your plan' }).click();
}

export async function expectPlan(page: Page, plan: string): Promise<void> {
  await page.getByTestId('plan-name').getByText(plan, { exact: true }).waitFor(SOON);
}

/** The clocks of sandboxes, with that customer's account made one. */
export async function sandboxPage(site: ConsoleStack, email: string): Promise<Page> {
  const page = await site.enterAs(await site.adminCookies(), '/admin/sandbox');
  await page.getByLabel('Make an account a sandbox').fill(email);
  await page.getByRole('button', { name: 'Make it one' }).click();
  await page.getByRole('heading', { level: 2, name: email }).waitFor(SOON);
  return page;
}

/** One of the quick buttons, and the way there to its end. */
export async function moveClock(page: Page, button: string): Promise<void> {
  const before = await page.getByTestId('sandbox-now').textContent();
  await page.getByRole('button', { name: button }).click();
  await page.waitForFunction(
    (was) => document.querySelector('[data-testid=sandbox-now]')?.textContent !== was,
    before,
    SOON,
  );
  // Off while it moves.
  await page.locator('button:not([disabled])', { hasText: 'A year on' }).waitFor({ timeout: 60_000 });
}
