// The built window in Debian's Chromium, under the app's content policy.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { AxeResults } from 'axe-core';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Look {
  /** One of those in `src/backend/scenes.ts`. */
  scene: string;
  colorScheme?: 'light' | 'dark';
  locale?: 'en-GB' | 'zh-TW';
  width?: number;
  height?: number;
  /** The zoom of the person, as 2 for 200 %. */
  zoom?: number;
  forcedColors?: boolean;
  still?: boolean;
}

/** Looks by their names. */
export type Looks = readonly (readonly [string, Omit<Look, 'scene'>])[];

/** The two that differ most. */
export const LOOKS: Looks = [
  ['en-light', {}],
  ['small-zh-TW-dark', { locale: 'zh-TW', colorScheme: 'dark', width: 720, height: 520 }],
];

/** The others, each with one thing that differs. */
export const OTHER_LOOKS: Looks = [
  ['en-dark', { colorScheme: 'dark' }],
  ['zh-TW-light', { locale: 'zh-TW' }],
  ['small', { width: 720, height: 520 }],
  ['zoomed', { zoom: 2 }],
  ['small-zoomed', { width: 720, height: 520, zoom: 2 }],
  ['forced-colors', { forcedColors: true }],
];

/** Serves the built window and opens it, each time as a new person with a profile of their own. */
export class Browser {
  readonly #server: PreviewServer;
  readonly #chromium: Chromium;
  readonly #address: string;

  private constructor(server: PreviewServer, browser: Chromium) {
    this.#server = server;
    this.#chromium = browser;
    const address = server.resolvedUrls?.local[0];
    if (address === undefined) throw new Error('the preview server has no address');
    this.#address = address;
  }

  static async start(): Promise<Browser> {
    const server = await preview({ mode: 'browser-test', logLevel: 'error', preview: { port: 0 } });
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new Browser(server, browser);
  }

  async open(look: Look): Promise<Page> {
    const zoom = look.zoom ?? 1;
    const context = await this.#chromium.newContext({
      colorScheme: look.colorScheme ?? 'light',
      locale: look.locale ?? 'en-GB',
      reducedMotion: look.still === false ? 'no-preference' : 'reduce',
      forcedColors: look.forcedColors ? 'active' : 'none',
      // A zoomed page is one with fewer and larger CSS pixels.
      viewport: {
        width: Math.round((look.width ?? 1120) / zoom),
        height: Math.round((look.height ?? 720) / zoom),
      },
      deviceScaleFactor: zoom,
    });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') refused.push(message.text());
    });
    page.on('pageerror', (error) => refused.push(error.message));
    Object.assign(page, { refused });
    await page.goto(`${this.#address}?backend=memory&scene=${look.scene}`);
    await page.waitForSelector('main h2');
    await page.evaluate(() => document.fonts.ready);
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#chromium.contexts().map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await this.#chromium.close();
    await this.#server.close();
  }
}

/** What the page complained about: refused by the policy, thrown, logged as an error. */
export function complaints(page: Page): string[] {
  return (page as Page & { refused: string[] }).refused;
}

/** Every rule that the page breaks, with the elements, one line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

/** Pixels by which the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const parts = 'main, main *, aside, aside *, header *, footer, dialog[open], dialog[open] *';
    const wide = [...document.querySelectorAll(parts)].filter(
      (node) => !node.closest('.heard') && node.getBoundingClientRect().right > innerWidth + 1,
    );
    return Math.max(document.documentElement.scrollWidth - innerWidth, wide.length);
  });
}

export async function expectSound(page: Page, name: string): Promise<void> {
  await shot(page, name);
  expect(await axeViolations(page)).toEqual([]);
  expect(complaints(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

/** Keeps a picture in the folder that SHOTS names, to look at. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Scrolls to what `selector` finds. */
export async function toPart(page: Page, selector: string): Promise<void> {
  await page.locator(selector).evaluate((node) => node.scrollIntoView({ block: 'start' }));
}

/** The id, name or words of what has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement;
    return node?.id || node?.getAttribute('aria-label') || node?.textContent?.trim() || node?.tagName || '';
  });
}
