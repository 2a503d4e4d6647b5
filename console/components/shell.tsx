import { ActionIcon, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import styles from '../styles/shell.module.css';
import { AccountMenu } from './account-menu.tsx';
import { Brand, BrandMark } from './brand.tsx';
import { useCreditedNotice } from './credited-notice.ts';
import { HeaderBalance } from './header-balance.tsx';
import { ButtonLink } from './links.tsx';
import { NavLinks } from './nav-links.tsx';
import { VerifyBanner } from './verify-banner.tsx';

function MobileMenu() {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <div className={styles.menuOnly}>
      <ActionIcon size="lg" aria-label="Open navigation" onClick={open}>
        <IconMenu2 size={20} aria-hidden />
      </ActionIcon>
      <Drawer
        opened={opened}
        onClose={close}
        position="left"
        size="17rem"
        title={<Brand />}
        closeButtonProps={{ 'aria-label': 'Close navigation' }}
      >
        <NavLinks onFollow={close} />
      </Drawer>
    </div>
  );
}

function TopBar() {
  return (
    <header className={styles.top}>
      <MobileMenu />
      <Link to="/" className={`${styles.menuOnly} ${styles.mark}`} aria-label="Overview">
        <BrandMark />
      </Link>
      <div className={styles.spring} />
      <HeaderBalance />
      <ButtonLink to="/topup" size="sm" variant="light" visibleFrom="sm">
        Top up
      </ButtonLink>
      <AccountMenu />
    </header>
  );
}

/** Everything around a page of a signed-in customer. */
export function Shell() {
  useCreditedNotice();
  return (
    <div className={styles.frame}>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <aside className={styles.side}>
        <Brand />
        <NavLinks />
      </aside>
      <div className={styles.column}>
        <TopBar />
        <main id="content" tabIndex={-1} className={styles.main}>
          <VerifyBanner />
          <Outlet />
        </main>
      </div>
    </div>
  );
}
