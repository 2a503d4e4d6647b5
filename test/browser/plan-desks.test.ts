import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { until } from '../support/until.ts';
import { describeInBrowser } from './chromium.ts';
import { type ConsoleStack, consoleStack } from './console-session.ts';
import { buyPlan, moveClock, planCustomer, sandboxPage } from './plan-pages.ts';

let site: ConsoleStack;

describeInBrowser('the desks of staff', () => {
  beforeAll(async () => {
    site = await consoleStack();
  }, 120_000);
  afterAll(() => site?.close(), 60_000);
  afterEach(() => {
    expect(site.complaints.splice(0)).toEqual([]);
  });

  it('are not there for a customer', async () => {
    const page = await site.enter('/admin/plans');
    await page.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Staff' }).count()).toBe(0);
  });

  it('an admin edits a plan with a reason, sees its versions, and cannot overwrite another edit', async () => {
    const cookies = await site.adminCookies();
    const [first, second] = await Promise.all([
      site.enterAs(cookies, '/admin/plans'),
      site.enterAs(cookies, '/admin/plans'),
    ]);
    for (const page of [first, second]) {
      await page.getByRole('button', { name: 'Edit Ultra' }).click();
      await page.getByLabel('Bonus').fill(page === first ? '25' : '30');
    }
    await first.getByRole('button', { name: 'Save as a new version' }).click();
    await first.getByText('Say why: it goes to the audit log').waitFor();
    await first.getByLabel('Reason').fill('Autumn offer');
    await first.getByRole('button', { name: 'Save as a new version' }).click();
    await first.getByText('Ultra changed').waitFor();
    await first.getByRole('row', { name: /Ultra Sold \$200\.00 20,000 \+ 25%/ }).waitFor();
    await first.getByRole('button', { name: 'Versions of Ultra' }).click();
    await first.getByRole('dialog').getByRole('cell', { name: '20%' }).waitFor();

    await second.getByLabel('Reason').fill('Other offer');
    await second.getByRole('button', { name: 'Save as a new version' }).click();
    await second.getByRole('alert').getByText('The plan was not changed').waitFor();
    expect(await second.getByLabel('Bonus').inputValue()).toBe('30');
    await second.getByRole('button', { name: 'Load the new terms' }).click();
    await until(
      () => second.getByLabel('Bonus').inputValue(),
      (bonus) => bonus === '25',
    );
  });

  it('support finds an account that is stuck, and grants its month with a reason', async () => {
    const { page, email } = await planCustomer(site);
    await buyPlan(page, 'Starter', '0341');
    await moveClock(await sandboxPage(site, email), 'To the next renewal');
    const desk = await site.enterAs(await site.adminCookies(), '/admin/subscriptions');
    await desk.getByLabel('Account', { exact: true }).fill(email);
    await desk.getByRole('button', { name: 'Find' }).click();
    await desk.getByText('Your card was declined').waitFor();
    const workflow = desk.getByRole('link', { name: 'Open in the Temporal UI' });
    expect(await workflow.getAttribute('href')).toContain('subscription');
    await desk.getByRole('button', { name: 'Grant the period' }).click();
    await desk.getByLabel('Reason').fill('Wire transfer of today');
    await desk.getByRole('dialog').getByRole('button', { name: 'Grant the period' }).click();
    await desk.getByRole('row', { name: /period 2 Granted .* Granted by support/ }).waitFor();
  });

  it('what cannot be done is said: no such account, nothing due, a live account', async () => {
    const { page, email } = await planCustomer(site);
    await buyPlan(page, 'Starter');
    const desk = await site.enterAs(
      await site.adminCookies(),
      '/admin/subscriptions?account=nobody@example.com',
    );
    await desk.getByText('There is no account with this id or e-mail address').waitFor();
    await desk.goto(`${site.url}/admin/subscriptions?account=${email}`);
    await desk.getByRole('button', { name: 'Skip the period' }).click();
    await desk.getByLabel('Reason').fill('Trying');
    await desk.getByRole('dialog').getByRole('button', { name: 'Skip the period' }).click();
    await desk.getByRole('dialog').getByText('Nothing is due yet').waitFor();
    await desk.goto(`${site.url}/admin/sandbox?account=${site.stack.file().demo.admin.accountId}`);
    await desk.getByText('This is no sandbox account').waitFor();
  });
});
