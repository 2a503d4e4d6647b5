/** What the worker bundles: each export is a workflow that can be started by its name. */
export { confirmPayment } from './confirm-payment.ts';
export { topUp } from './top-up.ts';
