import { extname } from 'node:path';
import { send } from '@koa/send';
import type { AppContext, Next } from '../http/context.ts';

const PREFIX = '/console';

/** The built console under /console. Paths that are not files are pages of the app: they get index.html. */
export function serveConsole(directory: string) {
  return async (ctx: AppContext, next: Next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/') return ctx.redirect(`${PREFIX}${ctx.search}`);
    if (ctx.path !== PREFIX && !ctx.path.startsWith(`${PREFIX}/`)) return next();
    const file = ctx.path.slice(PREFIX.length);
    if (!extname(file)) return sendPage(ctx, directory);
    // Vite puts a hash of the content into the names under assets/.
    const maxAge = file.startsWith('/assets/') ? 365 * 86_400_000 : 0;
    await send(ctx, file, { root: directory, maxAge, immutable: maxAge > 0 });
  };
}

async function sendPage(ctx: AppContext, directory: string): Promise<void> {
  await send(ctx, 'index.html', { root: directory });
  ctx.set('Cache-Control', 'no-cache');
}
