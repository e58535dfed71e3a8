// The build of the web app: hashed files, which the gateway serves. `npm run dev` sends /api to the gateway.
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2022',
    // Nothing inline, not even small files as data: URLs: the Content-Security-Policy allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
