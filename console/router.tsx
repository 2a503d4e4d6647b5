import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { RouteError, RoutePending } from './components/route-states.tsx';
import { requireRole, requireSession, skipWhenSignedIn } from './guards.ts';
import { NotFoundPage } from './pages/not-found.tsx';
import { parseSearch, picking, stringifySearch } from './search.ts';

export interface RouterContext {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: picking('return', 'ref'),
  beforeLoad: skipWhenSignedIn,
  component: lazyRouteComponent(() => import('./pages/login.tsx'), 'LoginPage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: picking('return', 'ref'),
  beforeLoad: skipWhenSignedIn,
  component: lazyRouteComponent(() => import('./pages/register.tsx'), 'RegisterPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./pages/forgot-password.tsx'), 'ForgotPasswordPage'),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  validateSearch: picking('token', 'error'),
  component: lazyRouteComponent(() => import('./pages/reset-password.tsx'), 'ResetPasswordPage'),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  validateSearch: picking('error'),
  component: lazyRouteComponent(() => import('./pages/verify-email.tsx'), 'VerifyEmailPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: requireSession,
  component: lazyRouteComponent(() => import('./components/shell.tsx'), 'Shell'),
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
});

const topUp = createRoute({
  getParentRoute: () => shell,
  path: '/topup',
  component: lazyRouteComponent(() => import('./pages/top-up.tsx'), 'TopUpPage'),
});

const plans = createRoute({
  getParentRoute: () => shell,
  path: '/plans',
  validateSearch: picking('setup'),
  component: lazyRouteComponent(() => import('./pages/plans.tsx'), 'PlansPage'),
});

const orders = createRoute({
  getParentRoute: () => shell,
  path: '/orders',
  component: lazyRouteComponent(() => import('./pages/orders.tsx'), 'OrdersPage'),
});

const order = createRoute({
  getParentRoute: () => shell,
  path: '/top-ups/$id',
  validateSearch: picking('returned'),
  component: lazyRouteComponent(() => import('./pages/order.tsx'), 'OrderPage'),
});

const usage = createRoute({
  getParentRoute: () => shell,
  path: '/usage',
  validateSearch: picking('model', 'key', 'from', 'to', 'call'),
  component: lazyRouteComponent(() => import('./pages/usage.tsx'), 'UsagePage'),
});

const keys = createRoute({
  getParentRoute: () => shell,
  path: '/keys',
  component: lazyRouteComponent(() => import('./pages/keys.tsx'), 'KeysPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});

const adminSubscriptions = createRoute({
  getParentRoute: () => shell,
  path: '/admin/subscriptions',
  validateSearch: picking('account'),
  beforeLoad: requireRole('support'),
  component: lazyRouteComponent(() => import('./pages/admin-subscriptions.tsx'), 'AdminSubscriptionsPage'),
});

const adminSandbox = createRoute({
  getParentRoute: () => shell,
  path: '/admin/sandbox',
  validateSearch: picking('account'),
  beforeLoad: requireRole('admin'),
  component: lazyRouteComponent(() => import('./pages/admin-sandbox.tsx'), 'AdminSandboxPage'),
});

const adminPlans = createRoute({
  getParentRoute: () => shell,
  path: '/admin/plans',
  beforeLoad: requireRole('admin'),
  component: lazyRouteComponent(() => import('./pages/admin-plans.tsx'), 'AdminPlansPage'),
});

/** Below the shell, so that a wrong address still shows the way on. */
const elsewhere = createRoute({ getParentRoute: () => shell, path: '$', component: NotFoundPage });

const routeTree = root.addChildren([
  login,
  register,
  forgotPassword,
  resetPassword,
  verifyEmail,
  shell.addChildren([
    overview,
    plans,
    topUp,
    orders,
    order,
    usage,
    keys,
    settings,
    adminSubscriptions,
    adminSandbox,
    adminPlans,
    elsewhere,
  ]),
]);

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: '/console',
    context: { queryClient },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPendingComponent: RoutePending,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFoundPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
