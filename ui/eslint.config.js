import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist', 'dist-browser-test', 'shots', 'src/backend/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['**/*.svelte.ts'],
    // What these classes keep as plain sets and maps is meant to stay out of the reactive graph.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['*.js', '*.ts', 'tests/**/*.ts'],
    languageOptions: { globals: { ...globals.node } },
  },
);
