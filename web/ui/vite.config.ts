import { defineConfig } from 'vite';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // The policy of the page allows no data: of scripts and styles.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    sourcemap: false,
  },
  worker: { format: 'es' },
  // `npx vite` shows what is being written beside a running appliance.
  server: { proxy: { '/v1': process.env['APPLIANCE'] ?? 'http://localhost:8443' } },
});
