// Hands the words to every component below the window.

import { createContext } from 'svelte';

import type { Words } from './text';

export const [words, provideWords] = createContext<Words>();
