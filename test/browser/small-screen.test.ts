import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { defaultStateFolder } from '../../scripts/stack/stack-file.ts';
import { until } from '../support/until.ts';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';

const phone = { viewport: { width: 375, height: 740 }, hasTouch: true };
const pictures = path.join(defaultStateFolder, 'screenshots');

let site: ConsoleStack;

describeInBrowser('on a screen of 375 pixels', () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it.each(['login', 'register', 'forgot-password', 'reset-password?token=x', 'verify-email'])(
    '%s does not scroll sideways',
    async (name) => {
      const page = await site.visit(`/${name}`, phone);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectNoSidewaysScroll(page, name);
    },
  );

  it('no page of a customer scrolls sideways, empty or not, light or dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await site.enter('/topup', { ...phone, colorScheme });
      await page.getByRole('button', { name: /^Top up \$/ }).click();
      await page.locator('#back').click();
      await page.getByText('We are waiting for your payment').waitFor();
      await expectNoSidewaysScroll(page, `order-${colorScheme}`);
      for (const name of ['', 'plans', 'topup', 'orders', 'usage', 'keys', 'settings', 'nowhere']) {
        await page.goto(`${site.url}/${name}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await until(
          () => page.getByText('Loading', { exact: true }).count(),
          (count) => count === 0,
        );
        await expectNoSidewaysScroll(page, `${name || 'overview'}-${colorScheme}`);
      }
    }
  });

  it('no page of staff scrolls sideways', async () => {
    const page = await site.enterAs(await site.adminCookies(), '/admin/plans', phone);
    const { accountId } = site.stack.file().demo.customer;
    for (const name of ['plans', `subscriptions?account=${accountId}`, `sandbox?account=${accountId}`]) {
      await page.goto(`${site.url}/admin/${name}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await until(
        () => page.getByText('Loading', { exact: true }).count(),
        (count) => count === 0,
      );
      await expectNoSidewaysScroll(page, `admin-${name}`);
    }
  });

  it('every page is reached by the menu', async () => {
    const page = await site.enter('/', phone);
    for (const name of ['Plans', 'Top up', 'Orders', 'Usage', 'API keys', 'Settings', 'Overview']) {
      await page.getByRole('button', { name: 'Open navigation' }).click();
      await page.getByRole('dialog').getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });
});

async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name.replace(/\?.*/, '')}.png`), fullPage: true });
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect({ name, excess }).toEqual({ name, excess: 0 });
}
