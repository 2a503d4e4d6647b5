import { type RunningServers, serveOnDemand } from './on-demand.ts';

declare global {
  var tollgateTestServers: RunningServers | undefined;
}

/** Jest calls it once a run. Nothing starts before a test file asks for it: unit tests pay nothing. */
// biome-ignore lint/style/noDefaultExport: jest takes the default export
export default async function globalSetup(): Promise<void> {
  const servers = await serveOnDemand();
  globalThis.tollgateTestServers = servers;
  process.env.TOLLGATE_TEST_SERVERS = servers.url;
}
