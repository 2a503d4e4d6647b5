import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack, type Visitor } from './console-session.ts';

let site: ConsoleStack;

describeInBrowser('an account in the browser', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('is made by a registration, which signs in and asks to confirm the address', async () => {
    const page = await site.visit('/register?ref=FRIEND7');
    await page.getByText('invited with the code FRIEND7').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Create one' }).click();
    await page.getByText('invited with the code FRIEND7').waitFor();

    const email = `${randomUUID()}@example.com`;
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Tell us how to address you').waitFor();
    await page.getByLabel('Name').fill('Grace');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('too short');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Choose at least 10 characters').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Create account' }).click();

    await page.getByText('Hello, Grace.').waitFor();
    await page.getByText('Please confirm your e-mail address').waitFor();
    await page.goto(await linkInMail(email, 'Confirm'));
    await page.getByRole('heading', { name: 'E-mail address confirmed' }).waitFor();
    await page.getByRole('link', { name: 'Go to the console' }).click();
    await page.getByText('Hello, Grace.').waitFor();
    expect(await page.getByText('Please confirm your e-mail address').count()).toBe(0);
  });

  it('comes back after the login to the page that was asked for', async () => {
    const visitor = await site.register();
    const page = await site.visit('/usage?model=gpt-4o');
    await page.waitForURL(/\/console\/login\?return=/);
    await signIn(page, { ...visitor, password: 'wrong password' });
    await page.getByText('You are not signed in').waitFor();
    await signIn(page, visitor);
    await page.waitForURL(/\/console\/usage\?model=gpt-4o$/);
    await page.getByRole('heading', { name: 'Usage' }).waitFor();
  });

  it('never goes to another site after the login', async () => {
    const visitor = await site.register();
    const page = await site.visit(`/login?return=${encodeURIComponent('//example.com/x')}`);
    await signIn(page, visitor);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).toMatch(/\/console\/?$/);
  });

  it('whose session ended goes to the login on the next question, and back', async () => {
    const visitor = await site.register();
    const page = await site.visit('/keys');
    await signIn(page, visitor);
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.waitForURL(/\/console\/login\?return=%2Forders/);
    await signIn(page, visitor);
    await page.getByText('No orders yet').waitFor();
  });

  it('signs out, and leaves nothing of it behind', async () => {
    const page = await site.enter('/settings');
    await page.getByRole('button', { name: /^Account:/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/console\/login$/);
    await page.goBack();
    await page.waitForURL(/\/console\/login/);
  });

  it('gets a new password by mail', async () => {
    const { email, password } = await site.register();
    const page = await site.visit('/login');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    // The page before has such a field too.
    await page.getByRole('button', { name: 'Send the link' }).waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('Look into your inbox').waitFor();

    await page.goto(await linkInMail(email, 'Reset'));
    await page.getByLabel('New password').fill('another long password');
    await page.getByLabel('The same again').fill('another long passwort');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The two are not the same').waitFor();
    await page.getByLabel('The same again').fill('another long password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password is changed').waitFor();

    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, { email, password });
    await page.getByText('You are not signed in').waitFor();
    await signIn(page, { email, password: 'another long password' });
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('keeps its time zone, and shows times in it', async () => {
    const page = await site.enter('/settings');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Tokyo');
    await page.getByRole('option', { name: 'Asia/Tokyo' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.reload();
    expect(await page.getByRole('combobox', { name: 'Time zone' }).inputValue()).toBe('Asia/Tokyo');
    await page.goto(`${site.url}/topup`);
    await page.getByRole('button', { name: /^Top up \$/ }).click();
    await page.locator('#back').click();
    await page.getByText('GMT+9').first().waitFor();
  });

  it('keeps its wallet from calls with a switch, by keyboard, and the balance says so at once', async () => {
    const page = await site.enter('/');
    await page.getByText('Never expires', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    const pay2go = page.getByRole('switch', { name: 'Pay for calls from the wallet' });
    await pay2go.focus();
    await page.keyboard.press('Space');
    await page.getByText('Calls leave the wallet alone').waitFor();
    expect(await pay2go.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Not spent on calls: Pay2Go is off').waitFor();
    await page.getByRole('link', { name: 'Plans', exact: true }).click();
    await page.getByText('once you switch Pay2Go on in the settings').waitFor();
  });
});

async function signIn(page: Page, { email, password }: Visitor): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Without SMTP each mail is a file. */
async function linkInMail(email: string, subject: string): Promise<string> {
  const folder = path.join(site.stack.stateFolder, 'mail');
  const mail = await until(
    async () =>
      readdirSync(folder)
        .map((file) => readFileSync(path.join(folder, file), 'utf8'))
        .find((text) => text.includes(email) && text.includes(`Subject: ${subject}`)),
    (text) => text !== undefined,
  );
  // Quoted-printable: long lines are folded, and "=" is written as "=3D".
  const text = mail?.replace(/=\r?\n/g, '').replaceAll('=3D', '=') ?? '';
  const [link] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(text) ?? [];
  if (!link) throw new Error('The mail holds no link');
  return link;
}
