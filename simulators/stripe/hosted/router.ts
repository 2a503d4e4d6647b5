import Router from '@koa/router';
import type { Context } from 'koa';
import { readBody } from '../../read-body.ts';
import { isSessionAction, sessionActions } from '../checkout/actions.ts';
import { returnUrl } from '../checkout/parameters.ts';
import type { SessionSecrets } from '../checkout/session.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { PaymentIntent, Session } from '../wire.ts';
import { renderPage } from './page.ts';

const formLimit = 10_000;

/** The pages that buyers see. */
export function hostedRouter(simulator: Simulator): Router {
  const router = new Router();
  router.get('/c/pay/:id', (context) => {
    const id = context.params.id ?? '';
    showPage(simulator, context, simulator.objects.get<Session>('checkout.session', id));
  });
  router.post('/c/pay/:id', async (context) => {
    const form = new URLSearchParams((await readBody(context.req, formLimit))?.toString());
    const card = form.get('card') ?? undefined;
    const session = press(simulator, context.params.id ?? '', String(context.query.action), card);
    const isDone = session.status === 'complete' && session.success_url !== null;
    context.redirect(isDone ? returnUrl(session.success_url ?? '', session.id) : context.path);
    // See other: a reload of the next page must not press the button again.
    context.status = 303;
  });
  return router;
}

function press(simulator: Simulator, id: string, action: string, card: string | undefined): Session {
  if (!isSessionAction(action)) throw invalidRequest(`No such action: ${action}`);
  const stored = simulator.objects.get<Session>('checkout.session', id);
  const isSettling = action === 'settle' || action === 'fail-later';
  // A second click on a slow page, or a page left open: the buyer sees how it ended.
  if (stored.status !== 'open' && !isSettling) return stored;
  return simulator.change(() => sessionActions[action](simulator, id, { card }));
}

function showPage(simulator: Simulator, context: Context, session: Session): void {
  const { lineItems } = simulator.objects.hidden(session.id) as SessionSecrets;
  const intent = simulator.objects.find<PaymentIntent>('payment_intent', session.payment_intent ?? '');
  context.type = 'html';
  context.set('cache-control', 'no-store');
  // No form-action: it would also forbid the redirect back to the shop.
  context.set(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  );
  context.body = renderPage({ session, lines: lineItems, intent });
}
