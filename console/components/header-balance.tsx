import { Skeleton, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useBalance } from '../api/balance.ts';
import { formatBalance } from '../money.ts';
import styles from '../styles/shell.module.css';

/** Says a change, not the first value: nobody wants the balance read out on every page. */
function useSpokenChange(shown: string | undefined): string {
  const last = useRef<string>(undefined);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (shown === undefined) return;
    if (last.current !== undefined && last.current !== shown) setSpoken(`Your balance is now ${shown}`);
    last.current = shown;
  }, [shown]);
  return spoken;
}

export function HeaderBalance() {
  const { data, isError } = useBalance();
  const shown = data && formatBalance(data.available_usd);
  const spoken = useSpokenChange(shown);
  return (
    <>
      <Link to="/" className={styles.balanceWords} data-testid="balance">
        <span className={styles.balanceLabel}>Balance</span>
        <span className={styles.balanceAmount}>
          {shown ?? (isError ? 'unavailable' : <Skeleton h={18} w={64} mt={2} />)}
        </span>
      </Link>
      <VisuallyHidden role="status" aria-live="polite">
        {spoken}
      </VisuallyHidden>
    </>
  );
}
