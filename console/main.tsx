import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './styles/global.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { loginSearch } from './guards.ts';
import { createConsoleRouter } from './router.tsx';
import { cssVariablesResolver, theme } from './theme.ts';

/** The session has ended while a page is open. The guard does the same for a page that is being opened. */
function toLogin(): void {
  const { state, navigate, matchRoute } = router;
  if (state.status === 'pending' || matchRoute({ to: '/login' }) || matchRoute({ to: '/register' })) return;
  void navigate({ to: '/login', search: loginSearch(state.location.href) });
}

const queryClient = createQueryClient(toLogin);
const router = createConsoleRouter(queryClient);

const container = document.getElementById('root');
if (!container) throw new Error('index.html has no #root');

createRoot(container).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
