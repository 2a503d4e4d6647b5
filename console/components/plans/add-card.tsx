import { Button, type ButtonProps, Text } from '@mantine/core';
import { useRef } from 'react';
import { newSetupKey, useAddCard } from '../../api/payment-methods.ts';
import { isRefusal } from '../../api/query-client.ts';
import { messageOf } from '../error-panel.tsx';

/** Leads to the provider's page and back to the plans. `sending` stays until the browser has left. */
export function AddCard({ label, ...looks }: { label: string } & Pick<ButtonProps, 'size' | 'variant'>) {
  const add = useAddCard();
  const key = useRef<string>(undefined);
  const open = () => {
    // The same page for a click that got no answer.
    key.current ??= newSetupKey();
    add.mutate(key.current, {
      onError: (error) => {
        if (isRefusal(error)) key.current = undefined;
      },
    });
  };
  return (
    <>
      <Button variant="default" {...looks} loading={add.isPending || add.isSuccess} onClick={open}>
        {label}
      </Button>
      {add.error && (
        <Text size="sm" c="red" role="alert">
          {messageOf(add.error)}
        </Text>
      )}
    </>
  );
}
