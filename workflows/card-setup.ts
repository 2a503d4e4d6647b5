import {
  allHandlersFinished,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { CardSetupActivities } from '../activities/card-setup.ts';
import {
  type CardSetupInput,
  type CardSetupState,
  checkSetupUpdate,
  issueSetupLinkUpdate,
  setupHeardSignal,
} from './contract.ts';

const { openCardSetup, checkCardSetup, tellOfCard } = proxyActivities<CardSetupActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
});

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** One page on which a customer saves a card: until it is saved or closed, which a provider does within a day. */
export async function cardSetup(input: CardSetupInput): Promise<CardSetupState> {
  let state: CardSetupState | undefined;
  let refusal: unknown;
  let heard = false;
  setHandler(setupHeardSignal, () => {
    heard = true;
  });
  const answer = async (): Promise<CardSetupState> => {
    await condition(() => state !== undefined || refusal !== undefined);
    if (!state) throw refusal;
    return state;
  };
  setHandler(issueSetupLinkUpdate, answer);
  setHandler(checkSetupUpdate, async () => {
    await answer();
    state = await checkCardSetup({ setupId: input.setupId });
    heard = true;
    return state;
  });
  try {
    state = await openCardSetup(input);
    const closesAt = Date.now() + DAY_MS + 10 * MINUTE_MS;
    for (let waitMs = MINUTE_MS; state.status === 'open' && Date.now() < closesAt; waitMs *= 2) {
      setCurrentDetails('Waiting for the customer to leave a card at the provider.');
      await condition(() => heard, Math.min(waitMs, 60 * MINUTE_MS));
      heard = false;
      if (state.status === 'open') state = await checkCardSetup({ setupId: input.setupId });
    }
    if (state.paymentMethodId)
      await tellOfCard({ accountId: input.accountId, paymentMethodId: state.paymentMethodId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    refusal = error;
    throw error;
  } finally {
    await condition(allHandlersFinished);
  }
  return state;
}
