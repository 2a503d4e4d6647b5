import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';

let site: ConsoleStack;

describeInBrowser('keys and usage in the browser', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('a key is shown once, works at the proxy, and no longer once it is revoked', async () => {
    const page = await site.enter('/keys');
    await page.getByText('No keys yet').waitFor();
    const key = await createKey(page, 'Laptop');
    expect(key).toMatch(/^tg_\w{20,}$/);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: /^Laptop/ }).waitFor();
    expect(await page.content()).not.toContain(key);
    expect((await askModels(key)).status).toBe(200);

    await page.getByRole('button', { name: 'Revoke Laptop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
    await page.getByRole('cell', { name: 'Revoked', exact: true }).waitFor();
    await until(
      () => askModels(key),
      ({ status }) => status === 401,
      5_000,
    );
  });

  it('a key with limits shows them, and a wrong one is explained beside its field', async () => {
    const page = await site.enter('/keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByText('Give the key a name').waitFor();
    await dialog.getByLabel('Name').fill('Batch');
    await dialog.getByLabel('IP addresses').fill('300.1.1.1');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByLabel('IP addresses').and(dialog.locator('[aria-invalid=true]')).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByRole('cell').count()).toBe(0);

    await page.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByLabel('Name').fill('Batch');
    await dialog.getByRole('combobox', { name: 'Expires' }).click();
    await page.getByRole('option', { name: 'In 30 days' }).click();
    await dialog.getByLabel('IP addresses').fill('203.0.113.0/24');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('cell', { name: /1 address range .*until/ }).waitFor();
  });

  it('a key is given a spending limit later, and loses it again', async () => {
    const page = await site.enter('/keys');
    await createKey(page, 'Laptop');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('cell', { name: /no spend limit/ }).waitFor();
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Edit Laptop' }).click();
    await dialog.getByLabel('Spend limit').fill('0');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Write dollars above zero').waitFor();
    await dialog.getByLabel('Spend limit').fill('12.5');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: /at most \$12\.50 a month/ }).waitFor();

    await page.getByRole('button', { name: 'Edit Laptop' }).click();
    await dialog.getByLabel('Spend limit').fill('');
    await dialog.getByLabel('Name').fill('Tower');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: /no spend limit/ }).waitFor();
    await page.getByRole('cell', { name: /^Tower/ }).waitFor();
  });

  it('a call appears in the log with its tokens, its exact charge, who paid and its trace id', async () => {
    const page = await site.enter('/keys');
    const key = await createKey(page, 'Caller');
    await fund(page, '10.00');
    const traceId = await callModel(key);

    await page.goto(`${site.url}/usage`);
    const row = page.getByRole('row').filter({ hasText: 'gpt-4o-mini' });
    await row.getByText('Wallet').waitFor();
    const charge = await row.getByText(/^\$0\.0\d+$/).textContent();
    await row.getByRole('link').click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(traceId).waitFor();
    expect(await drawer.getByText(charge ?? '', { exact: true }).count()).toBeGreaterThanOrEqual(2);
    await drawer.getByText('From wallet').waitFor();

    await page.reload();
    await drawer.getByText(traceId).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    expect(page.url()).not.toContain('call=');

    await page
      .getByTestId('usage-totals')
      .getByText(charge ?? '', { exact: true })
      .waitFor();
    await page.getByText('Show as a table').click();
    expect(await page.getByRole('row', { name: charge ?? '' }).count()).toBe(2);
    await page.getByRole('radiogroup', { name: 'Sum up by' }).getByText('By key').click();
    await page.getByRole('cell', { name: 'Caller' }).first().waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const file = await readFile(await (await downloading).path(), 'utf8');
    expect(file.trimEnd().split('\n').length).toBe(2);
    expect(file).toContain(traceId);
  });

  it('the log is filtered by model and day, and the filter is in the address', async () => {
    const page = await site.enter('/keys');
    const key = await createKey(page, 'Caller');
    await fund(page, '10.00');
    await callModel(key);
    await page.goto(`${site.url}/usage`);
    await page.getByRole('cell', { name: 'gpt-4o-mini' }).waitFor();
    await page.getByRole('combobox', { name: 'Model' }).click();
    await page.getByRole('option', { name: 'gpt-4o', exact: true }).click();
    await page.getByText('No call matches').waitFor();
    expect(page.url()).toContain('model=gpt-4o');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('cell', { name: 'gpt-4o-mini' }).waitFor();
    await page.getByLabel('From').fill('2020-01-01');
    await page.getByLabel('Until').fill('2020-01-31');
    await page.getByText('No call matches').waitFor();
    await page.reload();
    await page.getByText('No call matches').waitFor();
  });
});

async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  return (await page.getByTestId('new-key').textContent()) ?? '';
}

const proxy = () => site.stack.file().addresses.proxy;

function askModels(key: string): Promise<Response> {
  return fetch(`${proxy()}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
}

async function callModel(key: string): Promise<string> {
  const answer = await fetch(`${proxy()}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  if (!answer.ok) throw new Error(`The proxy answered ${answer.status}: ${await answer.text()}`);
  return answer.headers.get('x-request-id') ?? '';
}

/** Without the pages, which other tests are about. */
async function fund(page: Page, amount: string): Promise<void> {
  const order = await page.evaluate(async (amount_usd) => {
    const answer = await fetch('/api/top-ups', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': String(performance.now()) },
      body: JSON.stringify({ amount_usd }),
    });
    return answer.json();
  }, amount);
  const [session] = await site.stripe.sessions(order.number);
  await site.stripe.pay(session?.id ?? '');
  await page.goto(site.url);
  await page.getByTestId('balance').getByText(`$${amount}`, { exact: true }).waitFor();
}
