// Opens the window with the backend that belongs to this build.

import './styles/base.css';

import { mount } from 'svelte';

import type { Backend } from './backend/backend';
import { TauriBackend } from './backend/tauri';
import { negotiated, wordsIn } from './text/text';
import Window from './window/Window.svelte';

async function backend(): Promise<Backend> {
  // The mode is fixed when building, so that the shipped window holds nothing of the backend in memory.
  if (import.meta.env.MODE !== 'production') {
    const query = new URLSearchParams(location.search);
    if (query.get('backend') === 'memory' || !('__TAURI_INTERNALS__' in window)) {
      const { backendOfScene } = await import('./backend/scenes');
      return backendOfScene(query);
    }
  }
  return new TauriBackend();
}

const words = wordsIn(negotiated(navigator.languages));
document.documentElement.lang = words.locale;

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(Window, { target, props: { backend: await backend(), words } });
