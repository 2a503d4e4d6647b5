import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type StripeControl, stripeControl } from '../../simulators/stripe/control/client.ts';
import { type TestStack, testStack } from '../support/stack.ts';
import { launchChromium } from './chromium.ts';

export interface Visitor {
  email: string;
  password: string;
}

export interface ConsoleStack {
  stack: TestStack;
  browser: Browser;
  stripe: StripeControl;
  /** The address of the console. */
  url: string;
  /** An account of its own, so that tests do not meet each other's orders. */
  register(): Promise<Visitor & { cookies: string[] }>;
  /** A page on which nobody is signed in. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A page of a new customer, who is signed in. */
  enter(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A page of somebody who is registered. */
  enterAs(cookies: string[], path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The session of the demo admin. */
  adminCookies(): Promise<string[]>;
  /** What pages complained about: uncaught errors, refused scripts, React's warnings. */
  complaints: string[];
  close(): Promise<void>;
}

/** The whole stack and a real browser. */
export async function consoleStack(): Promise<ConsoleStack> {
  // One after the other: what started must not be left behind when the other one fails.
  const stack = await testStack({ AUTH_ATTEMPTS_PER_MINUTE: '100000', ORDER_ATTEMPTS_PER_MINUTE: '100000' });
  const browser = await launchChromium().catch(async (error) => {
    await stack.stop();
    throw error;
  });
  const { addresses } = stack.file();
  const complaints: string[] = [];
  const register = () => registerCustomer(addresses.api);
  const open = async (path: string, options: BrowserContextOptions, cookies: string[]) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.addCookies(cookies.map((cookie) => cookieOf(cookie, addresses.api)));
    const page = await context.newPage();
    collectComplaints(page, complaints);
    await page.goto(`${addresses.api}/console${path}`);
    return page;
  };
  return {
    stack,
    browser,
    stripe: stripeControl(addresses.stripeSimulator ?? ''),
    url: `${addresses.api}/console`,
    complaints,
    register,
    visit: (path, options = {}) => open(path, options, []),
    enter: async (path, options = {}) => open(path, options, (await register()).cookies),
    enterAs: (cookies, path, options = {}) => open(path, options, cookies),
    adminCookies: () => signIn(addresses.api, stack.file().demo.admin),
    close: async () => {
      await browser.close();
      await stack.stop();
    },
  };
}

async function registerCustomer(api: string): Promise<Visitor & { cookies: string[] }> {
  const visitor = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
  const response = await fetch(`${api}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api },
    body: JSON.stringify({ ...visitor, name: 'Ada' }),
  });
  if (!response.ok) throw new Error(`Registering answered ${response.status}: ${await response.text()}`);
  return { ...visitor, cookies: response.headers.getSetCookie() };
}

async function signIn(api: string, { email, password }: Visitor): Promise<string[]> {
  const response = await fetch(`${api}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing in answered ${response.status}: ${await response.text()}`);
  return response.headers.getSetCookie();
}

function cookieOf(header: string, url: string) {
  const [pair = ''] = header.split(';');
  const at = pair.indexOf('=');
  return { name: pair.slice(0, at), value: pair.slice(at + 1), url, httpOnly: true };
}

function collectComplaints(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Answers such as 401 are part of several tests; the browser reports each as an error.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
  });
}
