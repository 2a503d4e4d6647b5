import {
  IconChartBar,
  IconHome,
  IconKey,
  IconReceipt,
  IconSettings,
  IconWallet,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import styles from '../styles/shell.module.css';

interface Entry {
  to: '/' | '/topup' | '/orders' | '/usage' | '/keys' | '/settings';
  label: string;
  icon: TablerIcon;
}

const entries: Entry[] = [
  { to: '/', label: 'Overview', icon: IconHome },
  { to: '/topup', label: 'Top up', icon: IconWallet },
  { to: '/orders', label: 'Orders', icon: IconReceipt },
  { to: '/usage', label: 'Usage', icon: IconChartBar },
  { to: '/keys', label: 'API keys', icon: IconKey },
  { to: '/settings', label: 'Settings', icon: IconSettings },
];

export function NavLinks({ onFollow }: { onFollow?: () => void }) {
  return (
    <nav className={styles.nav} aria-label="Main">
      {entries.map(({ to, label, icon: Icon }) => (
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
      ))}
    </nav>
  );
}
