import Router from '@koa/router';
import { z } from 'zod';
import { isSessionAction, sessionActions } from '../checkout/actions.ts';
import { clearDatabase } from '../database.ts';
import { addFault, listFaults, removeFaults } from '../fault-store.ts';
import { faultSchema } from '../faults.ts';
import { closeDispute, openDispute } from '../payments/disputes.ts';
import { completeRefund, failRefund } from '../payments/refunds.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import { listDeliveries } from '../webhooks/deliveries.ts';
import type { Dispatcher } from '../webhooks/dispatcher.ts';
import { countUndelivered } from '../webhooks/queue.ts';
import type { Session, StripeEvent, StripeObject } from '../wire.ts';
import { readJson } from './read-json.ts';
import { recurringRoutes } from './recurring-routes.ts';
import { payOptions, webhookSchema } from './schemas.ts';

/** What real Stripe does not offer: buyers, banks and bad luck on demand. */
export function controlRouter(simulator: Simulator, dispatcher: Dispatcher): Router {
  const router = new Router({ prefix: '/_simulator' });
  router.get('/state', (context) => {
    context.body = {
      undelivered: countUndelivered(simulator.database),
      faults: listFaults(simulator.database).length,
      webhook_url: simulator.webhook?.url ?? null,
    };
  });
  router.post('/reset', (context) => {
    simulator.change(() => clearDatabase(simulator.database));
    context.body = {};
  });
  router.put('/webhook', async (context) => {
    simulator.webhook = await readJson(context, webhookSchema);
    context.body = {};
  });
  faultRoutes(router, simulator);
  sessionRoutes(router, simulator);
  moneyRoutes(router, simulator);
  recurringRoutes(router, simulator);
  eventRoutes(router, simulator, dispatcher);
  return router;
}

function faultRoutes(router: Router, simulator: Simulator): void {
  const { database } = simulator;
  router.get('/faults', (context) => {
    context.body = listFaults(database);
  });
  router.post('/faults', async (context) => {
    context.body = { id: addFault(database, await readJson(context, faultSchema)) };
  });
  router.delete('/faults', (context) => {
    context.body = { removed: removeFaults(database) };
  });
  router.delete('/faults/:id', (context) => {
    context.body = { removed: removeFaults(database, Number(context.params.id)) };
  });
}

function sessionRoutes(router: Router, simulator: Simulator): void {
  router.get('/sessions', (context) => {
    const filter = { client_reference_id: context.query.client_reference_id };
    context.body = simulator.objects.page<Session>('checkout.session', filter, { limit: 100 }).slice(0, 100);
  });
  router.post('/sessions/:id/expire-in', async (context) => {
    const { seconds } = await readJson(context, z.strictObject({ seconds: z.int() }));
    const session = simulator.objects.get<Session>('checkout.session', context.params.id ?? '');
    const expires_at = nowInSeconds(simulator) + seconds;
    context.body = simulator.change(() => simulator.objects.replace<Session>({ ...session, expires_at }));
  });
  router.post('/sessions/:id/:action', async (context) => {
    const { id = '', action = '' } = context.params;
    if (!isSessionAction(action)) throw invalidRequest(`No such action: ${action}`);
    const options = await readJson(context, payOptions);
    context.body = simulator.change(() => sessionActions[action](simulator, id, options));
  });
}

function moneyRoutes(router: Router, simulator: Simulator): void {
  const act = (path: string, work: (id: string, body: unknown) => StripeObject) =>
    router.post(path, async (context) => {
      const body = await readJson(context, z.json());
      context.body = simulator.change(() => work(context.params.id ?? '', body));
    });
  act('/refunds/:id/succeed', (id) => completeRefund(simulator, id));
  act('/refunds/:id/fail', (id) => failRefund(simulator, id));
  act('/charges/:id/dispute', (id) => openDispute(simulator, id));
  act('/disputes/:id/win', (id) => closeDispute(simulator, id, 'won'));
  act('/disputes/:id/lose', (id) => closeDispute(simulator, id, 'lost'));
}

function eventRoutes(router: Router, simulator: Simulator, dispatcher: Dispatcher): void {
  router.get('/events', (context) => {
    const { type } = context.query;
    context.body = simulator.objects.page<StripeEvent>('event', { type }, { limit: 1000 }).reverse();
  });
  router.post('/events/:id/redeliver', async (context) => {
    const schema = z.strictObject({ times: z.int().min(1).max(1000).default(1) });
    const { times } = await readJson(context, schema);
    context.body = { statuses: await dispatcher.redeliver(context.params.id ?? '', times) };
  });
  router.get('/deliveries', (context) => {
    const { about } = context.query;
    context.body = listDeliveries(simulator.database, typeof about === 'string' ? about : undefined);
  });
}
