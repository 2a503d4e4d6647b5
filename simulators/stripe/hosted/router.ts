import Router from '@koa/router';
import type { Context } from 'koa';
import { readBody } from '../../read-body.ts';
import { isSessionAction, sessionActions } from '../checkout/actions.ts';
import { returnUrl } from '../checkout/parameters.ts';
import type { SessionSecrets } from '../checkout/session.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { PaymentIntent, Session, SetupIntent } from '../wire.ts';
import { deskRoutes } from './desk.ts';
import { type PageInput, renderPage } from './page.ts';

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
  deskRoutes(router, simulator);
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
  context.type = 'html';
  context.set('cache-control', 'no-store');
  // No form-action: it would also forbid the redirect back to the shop.
  context.set(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  );
  context.body = renderPage(pageInput(simulator, session));
}

function pageInput(simulator: Simulator, session: Session): PageInput {
  const { lineItems, attempt } = simulator.objects.hidden(session.id) as SessionSecrets;
  const { objects } = simulator;
  const payment = objects.find<PaymentIntent>('payment_intent', session.payment_intent ?? attempt ?? '');
  const setup = objects.find<SetupIntent>('setup_intent', session.setup_intent ?? '');
  const error =
    session.status === 'expired' ? null : (payment?.last_payment_error ?? setup?.last_setup_error);
  return {
    session,
    lines: lineItems,
    refusal: error?.message,
    isProcessing: payment?.status === 'processing',
  };
}
