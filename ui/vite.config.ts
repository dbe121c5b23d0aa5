import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the API; the built pages are served by that same server. */
const server = process.env.GROUNDSWELL_URL ?? 'http://127.0.0.1:8000';

/** What the workspace cannot begin without; sheets and panels come when they are opened. */
const SHELL =
  /node_modules.svelte|src.(main|App|api|preferences|messages.(en|index)|work.(?!CommentSheet|Guide|History|history|KeysSheet|Standing|standing.words|guide.words|keys.words|Verdict))/;

/** What kinds share that mark something on an item: one file, whose name the shell must know. */
const MARKS = /src.kinds.(marks|attributes|labels|hues)/;

/** What shows an item in most kinds: one file for the same reason. */
const SHOWN =
  /src.kinds.(media|told|recording|item.(address|words|Words)|choice.(Picture|Split|preload|words)|shapes.zoom)/;

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/groundswell/http/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file for what every page needs: cut finer, it compresses 2 kB worse.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'shell', test: SHELL, priority: 1 },
            { name: 'marks', test: MARKS },
            { name: 'shown', test: SHOWN },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
