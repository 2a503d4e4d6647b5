import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenedOrder, OrderSnapshot, TopUpActivities } from '../activities/top-up.ts';
import type { AttentionReason, OrderStatus } from '../billing/orders.ts';
import { searchAttributes, type TopUpInput, type TopUpState } from './contract.ts';
import { refusalOf } from './refusal.ts';
import { describeOrder } from './top-up-details.ts';

// Steps that only touch Postgres. While it is down they are tried again for as long as it takes.
const database = proxyLocalActivities<TopUpActivities>({ startToCloseTimeout: '10 seconds' });

// Asked again by the waiting loop, at its own pace; these few retries only ride out a hiccup.
const provider = proxyActivities<TopUpActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

// Only reaches another workflow: tried for as long as Temporal is away.
const messenger = proxyActivities<TopUpActivities>({ startToCloseTimeout: '10 seconds' });

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
// While the page is open a lost webhook costs at most this; later only delayed money is waited for.
const POLL_MAX_MS = 10 * MINUTE_MS;
const SLOW_POLL_MAX_MS = 120 * MINUTE_MS;
// Delayed methods settle within two weeks.
const DELAYED_MAX_MS = 14 * DAY_MS;
const LIFE_MAX_MS = 30 * DAY_MS;

/** An order inside its workflow: what is known of it, and the steps that move it on. */
export class TopUpOrder {
  readonly input: TopUpInput;
  private opened: OpenedOrder | undefined;
  private latest: OrderSnapshot | undefined;
  private refusal: Error | undefined;
  private linkScope: CancellationScope | undefined;
  private news = false;
  private pollMs = 0;
  private nextLookAt = 0;

  constructor(input: TopUpInput) {
    this.input = input;
  }

  get status(): OrderStatus {
    return this.latest?.status ?? 'created';
  }

  get state(): TopUpState {
    const { orderId } = this.input;
    return { orderId, status: this.status, attentionReason: this.latest?.attentionReason ?? null };
  }

  /** Nothing has been heard of money yet. */
  get isUnpaid(): boolean {
    return this.status === 'created' || this.status === 'link_issued';
  }

  /** Step 1: the order exists in Postgres, or is refused and leaves nothing behind. */
  async open(): Promise<void> {
    try {
      this.opened = await database.openOrder(this.input);
    } catch (error) {
      this.refusal = refusalOf(error) ?? ApplicationFailure.nonRetryable(String(error));
      throw this.refusal;
    }
    this.pollMs = this.opened.pollFirstSeconds * 1000;
    this.take(this.opened);
  }

  /** Step 2: the customer can be sent to the provider. Tried until the order's own time is over. */
  async issueLink(): Promise<void> {
    if (this.status !== 'created' || this.isOverdue) return;
    this.linkScope = new CancellationScope();
    try {
      this.take(
        await this.linkScope.run(() => this.issuing().issueCheckout({ orderId: this.input.orderId })),
      );
    } catch (error) {
      const wasCancelledByCustomer = isCancellation(error) && this.linkScope.consideredCancelled;
      if (wasCancelledByCustomer) return;
      if (isCancellation(error)) throw error;
      this.take(await database.giveUpOnLink({ orderId: this.input.orderId }));
    }
  }

  private issuing() {
    const remainingMs = Math.max(this.expiresAt - Date.now(), MINUTE_MS);
    return proxyActivities<TopUpActivities>({
      startToCloseTimeout: '30 seconds',
      scheduleToCloseTimeout: remainingMs,
      // The customer is looking at a spinner: the first retries come quickly.
      retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
    });
  }

  /** Step 3: until the order is decided, wait for news, and ask when none comes. */
  async waitForMoney(): Promise<void> {
    // Taken up again after its workflow was lost: it has waited long enough.
    if (this.mustWait && this.isOverdue) await this.look();
    while (this.mustWait) {
      await this.handOver();
      const waitMs = this.scheduleNextLook();
      const heard = await condition(() => this.news, waitMs, { summary: 'Next question to the provider' });
      await (heard ? this.readNews() : this.look());
    }
  }

  /** Undecided, young enough to be waited for, and its history is not too long. */
  get mustWait(): boolean {
    const isYoung = Date.now() < Date.parse(this.latest?.createdAt ?? '') + LIFE_MAX_MS;
    return isUndecided(this.status) && isYoung && !workflowInfo().continueAsNewSuggested;
  }

  /** Goes on in a fresh history. Everything that matters is in the order's row. */
  get mustContinueAsNew(): boolean {
    return isUndecided(this.status) && workflowInfo().continueAsNewSuggested;
  }

  private scheduleNextLook(): number {
    const untilExpiry = this.expiresAt - Date.now();
    const waitMs = untilExpiry > 0 ? Math.min(this.pollMs, untilExpiry) : this.pollMs;
    this.nextLookAt = Date.now() + waitMs;
    this.describe();
    return waitMs;
  }

  /** What was paid for is not balance: the account's subscription workflow does it, and tells us. */
  private async handOver(): Promise<void> {
    if (!this.latest?.toBeFulfilled) return;
    const { orderId, accountId } = this.input;
    await messenger.handToSubscription({ orderId, accountId });
  }

  async readNews(): Promise<void> {
    if (!this.news) return;
    this.news = false;
    this.take(await database.readOrder({ orderId: this.input.orderId }));
  }

  /** An order past its time is closed at the provider first, which tells whether it was paid after all. */
  private async look(): Promise<void> {
    const { orderId } = this.input;
    const overdue = this.isOverdue;
    this.pollMs = Math.min(this.pollMs * 2, overdue ? SLOW_POLL_MAX_MS : POLL_MAX_MS);
    if (this.latest?.toBeFulfilled) return this.take(await database.readOrder({ orderId }));
    try {
      if (overdue && this.status !== 'paid') await this.expire();
      else this.take(await provider.askProvider({ orderId, source: 'poll' }));
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (overdue) await this.askForReview('provider_unreachable');
    }
    const delayedTooLong = Date.now() > this.expiresAt + DELAYED_MAX_MS;
    if (this.status === 'paid' && delayedTooLong) await this.askForReview('still_processing');
  }

  private async expire(): Promise<void> {
    const detail = 'Nobody paid in time. Nothing was charged.';
    const { orderId } = this.input;
    this.take(await provider.closeOrder({ orderId, as: 'expired', source: 'system', detail }));
  }

  private async askForReview(reason: AttentionReason): Promise<void> {
    this.take(await database.askForReview({ orderId: this.input.orderId, reason }));
  }

  /** For requests: the outcome of step 1. */
  async whenOpened(): Promise<void> {
    await condition(() => this.opened !== undefined || this.refusal !== undefined);
    if (this.refusal) throw this.refusal;
  }

  /** For requests: the outcome of step 2. */
  async whenLinkIsDecided(): Promise<void> {
    await this.whenOpened();
    await condition(() => this.status !== 'created');
  }

  /** A request to close overtakes a page that is still being made. */
  stopIssuing(): void {
    this.linkScope?.cancel();
  }

  /**
   * Something else has changed the row. Requests only tell and never set the state: two answers can overtake each
   * other, while the process reads the row again after each of them.
   */
  hear(): void {
    this.news = true;
  }

  private take(snapshot: OrderSnapshot): void {
    const before = this.latest;
    this.latest = snapshot;
    const { status, attentionReason } = snapshot;
    if (status !== (before?.status ?? 'created') || attentionReason !== (before?.attentionReason ?? null))
      upsertSearchAttributes([
        { key: searchAttributes.orderStatus, value: status },
        { key: searchAttributes.attentionReason, value: attentionReason },
      ]);
    this.describe();
  }

  private get isOverdue(): boolean {
    return Date.now() >= this.expiresAt;
  }

  private get expiresAt(): number {
    return Date.parse(this.latest?.expiresAt ?? '');
  }

  private describe(): void {
    if (!this.latest) return;
    setCurrentDetails(
      describeOrder({
        ...this.state,
        number: this.input.orderNumber,
        provider: this.input.provider,
        askedFor: this.opened?.askedFor ?? '',
        expiresAt: this.latest.expiresAt,
        toBeFulfilled: this.latest.toBeFulfilled,
        nextLookAt: new Date(this.nextLookAt).toISOString(),
      }),
    );
  }
}

function isUndecided(status: OrderStatus): boolean {
  return ['created', 'link_issued', 'paid', 'needs_review'].includes(status);
}
