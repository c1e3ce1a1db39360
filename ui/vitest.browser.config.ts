import { defineConfig } from 'vitest/config';

// The built window in a real Chromium; `npm run test:browser` builds it first.
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
