import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import styles from '../../styles/admin.module.css';

export interface AccountSearchProps {
  label: string;
  action: string;
  initial?: string;
  sending?: boolean;
  onAccount: (account: string) => void;
  children?: ReactNode;
}

/** One field for an account, by id or e-mail address. */
export function AccountSearch({
  label,
  action,
  initial = '',
  sending = false,
  onAccount,
}: AccountSearchProps) {
  const [text, setText] = useState(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') onAccount(text.trim());
  };
  return (
    <form onSubmit={submit} className={styles.search}>
      <TextInput
        label={label}
        placeholder="Account id or e-mail address"
        maxLength={254}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={sending}>
        {action}
      </Button>
    </form>
  );
}
