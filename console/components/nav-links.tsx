import {
  IconChartBar,
  IconClockPlay,
  IconHeadset,
  IconHome,
  IconKey,
  IconReceipt,
  IconSettings,
  IconShieldCog,
  IconStack2,
  IconWallet,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMe } from '../api/account.ts';
import { mayAct, type Staff } from '../guards.ts';
import styles from '../styles/shell.module.css';

interface Entry {
  to:
    | '/'
    | '/plans'
    | '/topup'
    | '/orders'
    | '/usage'
    | '/keys'
    | '/settings'
    | '/admin/subscriptions'
    | '/admin/sandbox'
    | '/admin/plans';
  label: string;
  icon: TablerIcon;
}

const entries: Entry[] = [
  { to: '/', label: 'Overview', icon: IconHome },
  { to: '/plans', label: 'Plans', icon: IconStack2 },
  { to: '/topup', label: 'Top up', icon: IconWallet },
  { to: '/orders', label: 'Orders', icon: IconReceipt },
  { to: '/usage', label: 'Usage', icon: IconChartBar },
  { to: '/keys', label: 'API keys', icon: IconKey },
  { to: '/settings', label: 'Settings', icon: IconSettings },
];

const staffEntries: (Entry & { staff: Staff })[] = [
  { to: '/admin/subscriptions', label: 'Subscriptions', icon: IconHeadset, staff: 'support' },
  { to: '/admin/plans', label: 'Plan terms', icon: IconShieldCog, staff: 'admin' },
  { to: '/admin/sandbox', label: 'Sandbox clocks', icon: IconClockPlay, staff: 'admin' },
];

function Links({ entries, onFollow }: { entries: readonly Entry[]; onFollow: (() => void) | undefined }) {
  return entries.map(({ to, label, icon: Icon }) => (
    <Link
      key={label}
      to={to}
      className={styles.navLink}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      {...(onFollow ? { onClick: onFollow } : {})}
    >
      <Icon size={18} stroke={1.75} aria-hidden />
      {label}
    </Link>
  ));
}

export function NavLinks({ onFollow }: { onFollow?: () => void }) {
  const { role } = useMe();
  const staff = staffEntries.filter((entry) => mayAct(role, entry.staff));
  return (
    <>
      <nav className={styles.nav} aria-label="Main">
        <Links entries={entries} onFollow={onFollow} />
      </nav>
      {staff.length > 0 && (
        <nav className={styles.nav} aria-label="Staff">
          <span className={styles.navTitle}>Staff</span>
          <Links entries={staff} onFollow={onFollow} />
        </nav>
      )}
    </>
  );
}
