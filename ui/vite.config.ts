import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

// The app's own policy, so that the browser tests see what the web view will refuse. `http://ipc.localhost` is Tauri's.
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src ipc: http://ipc.localhost; base-uri 'none'; form-action 'none'; object-src 'none'";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), svelteTesting()],
  // Relative addresses work under Tauri's scheme and under `vite preview` alike.
  base: './',
  server: {
    port: 1420,
    strictPort: true,
    host: '127.0.0.1',
    // Tests read the backend's list of failures.
    ...(mode === 'test' && { fs: { allow: ['..'] } }),
  },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': contentSecurityPolicy } },
  build: {
    target: 'es2022',
    outDir: mode === 'browser-test' ? 'dist-browser-test' : 'dist',
    // A font turned into a `data:` address would be refused by the policy.
    assetsInlineLimit: 0,
    // The window comes from this machine, with its words in every language.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
    testTimeout: 30_000,
  },
}));
