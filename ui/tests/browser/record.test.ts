// Transcripts and notes in the window, and the search through all of them.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, type Look, shot } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

const TITLES = { 'en-GB': 'Release on 3 December', 'zh-TW': '十二月三日發行' } as const;
const LOOKS: [string, Omit<Look, 'scene'>][] = [
  ['en-light', {}],
  ['en-dark', { colorScheme: 'dark' }],
  ['zh-TW-light', { locale: 'zh-TW' }],
  ['small-en', { width: 720, height: 520 }],
  ['small-zh-TW-dark', { locale: 'zh-TW', colorScheme: 'dark', width: 720, height: 520 }],
  ['zoomed', { zoom: 2 }],
  ['small-zoomed', { width: 720, height: 520, zoom: 2 }],
  ['forced-colors', { forcedColors: true }],
];

/** Opens the record of the scene's first job by the keyboard. */
async function openRecord(look: Look): Promise<Page> {
  const page = await browser.open(look);
  const row = page.getByRole('button', { name: TITLES[look.locale ?? 'en-GB'], exact: true });
  await row.focus();
  await page.keyboard.press('Enter');
  await page
    .getByRole('button', { name: /^(?:Open transcript|開啟逐字稿)$/u })
    .last()
    .click();
  await page.locator('dialog.page').waitFor();
  await page.waitForSelector('.parts');
  return page;
}

async function toTranscript(page: Page): Promise<void> {
  const tab = page.getByRole('tab').last();
  if ((await tab.count()) > 0) await tab.click();
  await page.locator('[data-turn]').first().waitFor();
}

describe('every look is sound', () => {
  test.each(LOOKS)('of notes, transcript and a speaker, %s', async (name, look) => {
    const page = await openRecord({ scene: 'record', ...look });
    await expectSound(page, `record-${name}-notes`);
    await page.locator('#record-unverified').evaluate((node) => node.scrollIntoView({ block: 'start' }));
    await shot(page, `record-${name}-unverified`);
    await toTranscript(page);
    await expectSound(page, `record-${name}-transcript`);
    await page.locator('[data-turn]').first().focus();
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expectSound(page, `record-${name}-correcting`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('F2');
    await page.locator('dialog.box').waitFor();
    await expectSound(page, `record-${name}-speaker`);
  });

  test.each(LOOKS)('of corrections and of the search, %s', async (name, look) => {
    const page = await openRecord({ scene: 'record', ...look });
    await page.locator('.todo').first().dblclick();
    await page.locator('input[type=date]').fill('2026-12-01');
    await expectSound(page, `record-${name}-todo`);
    await page.keyboard.press('Enter');
    await page.locator('.bar').waitFor();
    await page.locator('[data-revert]').click();
    await expectSound(page, `record-${name}-corrected`);
    await page.keyboard.press('Control+k');
    await page.locator('.palette').waitFor();
    await expectSound(page, `search-${name}-newest`);
    await page.keyboard.type(look.locale === 'zh-TW' ? '章' : 'chapter');
    await page.locator('.palette mark').first().waitFor();
    await expectSound(page, `search-${name}`);
  });

  test.each(['record-unheard', 'record-running'])('of %s', async (scene) => {
    const page = await openRecord({ scene });
    await expectSound(page, scene);
  });
});

test('a speaker is named by keyboard, from the details of the job', async () => {
  const page = await browser.open({ scene: 'record' });
  await page.getByRole('button', { name: TITLES['en-GB'], exact: true }).click();
  await page.getByRole('button', { name: 'Name: Speaker 3' }).press('Enter');
  await page.locator('dialog.box input:focus').waitFor();
  await page.keyboard.type('Noor');
  await expectSound(page, 'record-naming');
  await page.keyboard.press('Enter');
  await page.locator('dialog.box').waitFor({ state: 'detached' });
  expect(await page.locator('dialog.page :focus').count()).toBe(1);
  await page.keyboard.press('Escape');
  const named = page.getByRole('button', { name: 'Name: Noor' });
  await expect.poll(() => named.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('what is found leads to its place, and the focus comes back', async () => {
  const page = await browser.open({ scene: 'record' });
  const row = page.getByRole('button', { name: TITLES['en-GB'], exact: true });
  await row.focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('harbour');
  await page.locator('.palette mark').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('article:focus').waitFor();
  expect(await page.locator('article:focus').textContent()).toContain('harbour');
  await page.keyboard.press('Escape');
  await expect.poll(() => row.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('a recording of ten hours is read without delay', async () => {
  const page = await openRecord({ scene: 'record-long' });
  const opened_ms = Date.now();
  await page.locator('[data-turn]').first().waitFor();
  expect(Date.now() - opened_ms).toBeLessThan(2_000);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('lighthouse');
  await page.locator('mark.current').waitFor();
  const stepped_ms = Date.now();
  await page.keyboard.press('Shift+Enter');
  const seen = () =>
    page.locator('mark.current').evaluate((mark) => {
      const { top, bottom } = mark.getBoundingClientRect();
      return top > 110 && bottom < innerHeight && mark.closest('[data-segment]')?.textContent?.trim();
    });
  await expect.poll(seen).toMatch(/^9:/u);
  expect(Date.now() - stepped_ms).toBeLessThan(3_000);
  // What is drawn around it later doesn't move it away.
  await page.waitForTimeout(500);
  expect(await seen()).toMatch(/^9:/u);
  await shot(page, 'record-long');
});
