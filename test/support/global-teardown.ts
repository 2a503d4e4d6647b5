// biome-ignore lint/style/noDefaultExport: jest takes the default export
export default async function globalTeardown(): Promise<void> {
  await globalThis.tollgateTestServers?.stop();
}
