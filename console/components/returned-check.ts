import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useCheckTopUp } from '../api/top-ups.ts';

/** Once per return, also where React runs an effect twice. */
const asked = new Set<string>();

/**
 * The customer came back from the payment page: asks the provider once, without waiting for its webhook, and takes
 * the mark out of the address so that a reload does not ask again. A failure is left to the polling that goes on.
 */
export function useReturnedCheck(orderId: string, marked: boolean): boolean {
  const [returned] = useState(marked);
  const navigate = useNavigate();
  const { mutate: check } = useCheckTopUp();
  useEffect(() => {
    if (!marked) return;
    if (!asked.has(orderId)) check({ id: orderId, returned: true });
    asked.add(orderId);
    void navigate({ to: '/top-ups/$id', params: { id: orderId }, replace: true });
  }, [marked, orderId, check, navigate]);
  return returned;
}
