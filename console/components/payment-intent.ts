import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { closeIntent, intentFor, type Wish } from '../api/intent.ts';
import { isRefusal } from '../api/query-client.ts';
import type { ApiError } from '../api/request.ts';
import { useCreateOrder } from '../api/top-ups.ts';

/** Coming back by the browser's back button restores the page as it was left: sending. */
function useRestored(onRestored: () => void): void {
  useEffect(() => {
    const listen = (event: PageTransitionEvent) => {
      if (event.persisted) onRestored();
    };
    window.addEventListener('pageshow', listen);
    return () => window.removeEventListener('pageshow', listen);
  }, [onRestored]);
}

/** From the click to the provider's page. `sending` stays true until the browser has left. */
export function usePaymentIntent(onRefused?: (error: ApiError) => void) {
  const { mutate, reset, error, isPending } = useCreateOrder();
  const [leaving, setLeaving] = useState(false);
  // Known at once, while the button is off only after the next drawing: a double click is faster.
  const busy = useRef(false);
  const navigate = useNavigate();
  useRestored(() => {
    busy.current = false;
    setLeaving(false);
    reset();
  });

  const leave = (order: TopUp) => {
    closeIntent(sessionStorage);
    if (!order.checkout_url) return void navigate({ to: '/top-ups/$id', params: { id: order.id } });
    setLeaving(true);
    window.location.assign(order.checkout_url);
  };
  const giveUp = (problem: unknown) => {
    busy.current = false;
    // Without an answer the order may exist: then the next click asks for the same one.
    if (!isRefusal(problem)) return;
    closeIntent(sessionStorage);
    onRefused?.(problem);
  };
  const submit = (wish: Wish) => {
    if (busy.current) return;
    busy.current = true;
    mutate(intentFor(sessionStorage, wish, Date.now()), { onSuccess: leave, onError: giveUp });
  };
  return { submit, reset, error, sending: isPending || leaving };
}
