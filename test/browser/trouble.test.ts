import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';

let site: ConsoleStack;

const outage = {
  status: 503,
  json: {
    error: { code: 'database_unavailable', message: 'The database does not answer.', trace_id: 'trace-7' },
  },
};

describeInBrowser('trouble in the browser', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('what cannot be loaded says why, with the trace id, and loads on the next try', async () => {
    const page = await site.enter('/settings');
    for (const [title, there] of [
      ['Orders', 'No orders yet'],
      ['API keys', 'No keys yet'],
      ['Usage', 'No calls yet'],
    ] as const) {
      await page.route(/\/api\/(top-ups|keys|usage)(\?|$)/, (route) => route.fulfill(outage));
      await page.getByRole('link', { name: title, exact: true }).click();
      const panel = page.getByRole('main').getByRole('alert').filter({ hasText: 'trace-7' });
      await panel.getByText('The database does not answer.').waitFor();
      await page.unrouteAll();
      await panel.getByRole('button', { name: 'Try again' }).click();
      await page.getByText(there, { exact: true }).waitFor();
    }
  });

  it('what was loaded stays when it cannot be refreshed, and is marked as old', async () => {
    const page = await site.enter('/keys');
    await page.getByText('No keys yet').waitFor();
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByText('No orders yet').waitFor();
    await page.route('**/api/keys', (route) => route.fulfill(outage));
    await page.waitForTimeout(5_500);
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByText('This may be out of date.').waitFor();
    await page.getByText('No keys yet').waitFor();
  });

  it('a server that does not answer at all is told, and the page comes back with it', async () => {
    const page = await site.enter('/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    await page.getByText('The server could not be reached.').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    // The router writes what it shows to the console as well.
    const others = site.complaints
      .splice(0)
      .filter((text) => !text.includes('The server could not be reached'));
    expect(others).toEqual([]);
  });

  it('a refusal of the amount stands beside the field, and another one above the button', async () => {
    const page = await site.enter('/topup');
    await answerTopUps(page, {
      code: 'amount_too_large',
      message: 'Too much for today',
      param: 'amount_usd',
    });
    await page.getByRole('button', { name: /^Top up \$/ }).click();
    const field = page.getByLabel('Or another amount');
    await page.getByText('Too much for today').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');

    await answerTopUps(page, { code: 'too_many_pending_orders', message: 'Finish an open order first' });
    await field.fill('30');
    await page.getByRole('button', { name: 'Top up $30.00' }).click();
    await page.getByRole('alert').getByText('Finish an open order first').waitFor();
    expect(await field.getAttribute('aria-invalid')).not.toBe('true');
  });

  it('the button is off while a top-up is being made, so that a double click makes one', async () => {
    const page = await site.enter('/topup');
    let asked = 0;
    await page.route('**/api/top-ups', async (route) => {
      if (route.request().method() === 'POST') asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await page.getByRole('button', { name: /^Top up \$/ }).dblclick();
    await page.locator('#pay').waitFor();
    expect(asked).toBe(1);
  });

  it('an order of somebody else does not exist', async () => {
    const page = await site.enter(`/top-ups/${randomUUID()}`);
    await page.getByRole('heading', { name: 'There is no such order' }).waitFor();
  });

  it('an address without a page shows the way back', async () => {
    const page = await site.enter('/no/such/page');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.getByRole('link', { name: 'Back to the overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});

async function answerTopUps(page: Page, error: { code: string; message: string; param?: string }) {
  await page.unrouteAll();
  await page.route('**/api/top-ups', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 400, json: { error } }) : route.continue(),
  );
}
