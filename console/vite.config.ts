import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `vite build --config console/vite.config.ts [--outDir DIR]`; DIR is relative to this folder. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: '../.tollgate/console',
    emptyOutDir: true,
    // A content security policy need not allow data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // Two files that change at their own pace, plus the pages: not forty requests of half a kilobyte.
        codeSplitting: {
          groups: [
            { name: 'vendor', test: /node_modules/, priority: 2 },
            { name: 'common', test: /console\/(?!pages\/)/, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8080' } },
});
