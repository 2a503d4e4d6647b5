import { Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconBolt, IconPlugConnected, IconReceipt2, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from '../styles/auth.module.css';
import { Brand } from './brand.tsx';

const points: [TablerIcon, string][] = [
  [IconPlugConnected, 'One OpenAI-compatible address: change the base URL, keep your code.'],
  [IconReceipt2, 'Every call shows its tokens, its exact charge and what paid for it.'],
  [IconBolt, 'A top-up is in your balance moments after you paid.'],
];

function Pitch() {
  return (
    <aside className={styles.pitch}>
      <Brand />
      <Stack gap="xl" className={styles.points}>
        <Text className={styles.claim}>Pay for what you use. See every cent of it.</Text>
        <Stack component="ul" gap="md" className={styles.list}>
          {points.map(([Icon, text]) => (
            <li key={text} className={styles.point}>
              <Icon size={22} stroke={1.5} aria-hidden />
              <span>{text}</span>
            </li>
          ))}
        </Stack>
      </Stack>
    </aside>
  );
}

export interface AuthLayoutProps {
  title: string;
  lead?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}

/** The frame of every page that needs no login. */
export function AuthLayout({ title, lead, footer, children }: AuthLayoutProps) {
  useDocumentTitle(`${title} · Tollgate`);
  return (
    <div className={styles.frame}>
      <Pitch />
      <main className={styles.main}>
        <Stack className={styles.form} gap="lg">
          <div className={styles.smallBrand}>
            <Brand />
          </div>
          <div>
            <Title order={1}>{title}</Title>
            {lead && (
              <Text c="dimmed" mt={4}>
                {lead}
              </Text>
            )}
          </div>
          {children}
          {footer && (
            <Text size="sm" c="dimmed" component="div">
              {footer}
            </Text>
          )}
        </Stack>
      </main>
    </div>
  );
}
