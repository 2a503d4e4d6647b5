import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { send } from '@koa/send';
import type { AppContext, Next } from '../http/context.ts';

const bundle = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const bundleFiles = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Tollgate API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
// A file of its own, because the content security policy allows no script in a page.
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true });\n`;

/** The docs page, drawn by swagger-ui from our own copy of it: nothing is loaded from elsewhere. */
export function serveDocs() {
  return async (ctx: AppContext, next: Next) => {
    if (ctx.method !== 'GET' || !(ctx.path === '/docs' || ctx.path.startsWith('/docs/'))) return next();
    const file = ctx.path.slice('/docs/'.length);
    if (file === '') {
      ctx.type = 'html';
      ctx.body = page;
    } else if (file === 'start.js') {
      ctx.type = 'text/javascript';
      ctx.body = start;
    } else if (bundleFiles.has(file)) {
      await send(ctx, file, { root: bundle, maxAge: 86_400_000 });
    }
  };
}
