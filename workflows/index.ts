/** What the worker bundles: each export is a workflow that can be started by its name. */
export { billingRun } from './billing-run.ts';
export { cardSetup } from './card-setup.ts';
export { confirmPayment } from './confirm-payment.ts';
export { sandboxClock } from './sandbox-clock.ts';
export { subscription } from './subscription.ts';
export { planOrder, topUp } from './top-up.ts';
