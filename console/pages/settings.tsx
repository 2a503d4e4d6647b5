import { Badge, DataList, Group, Stack } from '@mantine/core';
import type { Me } from '../../api/schemas/account.ts';
import { useMe } from '../api/account.ts';
import { AppearancePicker } from '../components/appearance-picker.tsx';
import { ChangePassword } from '../components/change-password.tsx';
import { CopyValue } from '../components/copy-value.tsx';
import { Fact } from '../components/order-facts.tsx';
import { Page } from '../components/page.tsx';
import { Pay2GoSwitch } from '../components/pay2go-switch.tsx';
import { Preferences } from '../components/preferences.tsx';
import { Section } from '../components/section.tsx';
import { ResendLink } from '../components/verify-banner.tsx';
import styles from '../styles/columns.module.css';
import { formatDate } from '../time.ts';

function AccountFacts({ me }: { me: Me }) {
  return (
    <DataList labelWidth="7rem">
      <Fact label="E-mail">
        <Group gap="xs">
          {me.email}
          <Badge color={me.email_verified ? 'petrol' : 'orange'} tt="none">
            {me.email_verified ? 'Confirmed' : 'Not confirmed'}
          </Badge>
          {!me.email_verified && <ResendLink email={me.email} />}
        </Group>
      </Fact>
      <Fact label="Account id">
        <CopyValue bare label="Account id" value={me.account_id} />
      </Fact>
      <Fact label="Referral code">
        <CopyValue bare label="Referral code" value={me.referral_code} />
      </Fact>
      <Fact label="Customer since">{formatDate(me.created_at, me.time_zone)}</Fact>
    </DataList>
  );
}

export function SettingsPage() {
  const me = useMe();
  return (
    <Page title="Settings">
      <div className={`${styles.columns} ${styles.even}`}>
        <Stack gap="lg">
          <Section id="preferences" title="Preferences">
            <Preferences me={me} />
          </Section>
          <Section id="pay2go" title="Pay2Go">
            <Pay2GoSwitch me={me} />
          </Section>
          <Section id="appearance" title="Appearance">
            <AppearancePicker />
          </Section>
        </Stack>
        <Stack gap="lg">
          <Section id="account" title="Account">
            <AccountFacts me={me} />
          </Section>
          <Section id="password" title="Password">
            <ChangePassword email={me.email} />
          </Section>
        </Stack>
      </div>
    </Page>
  );
}
