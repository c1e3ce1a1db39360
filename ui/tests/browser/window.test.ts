// The window as people see it: every look is checked by axe, colours included, and fits its size.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, type Look, shot } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

describe('every look is sound', () => {
  const looks: [string, Look][] = [
    ['busy-en-light', { scene: 'busy' }],
    ['busy-en-dark', { scene: 'busy', colorScheme: 'dark' }],
    ['busy-zh-TW-light', { scene: 'busy', locale: 'zh-TW' }],
    ['busy-zh-TW-dark', { scene: 'busy', locale: 'zh-TW', colorScheme: 'dark' }],
    ['busy-small', { scene: 'busy', width: 720, height: 520 }],
    ['busy-small-zh-TW', { scene: 'busy', width: 720, height: 520, locale: 'zh-TW' }],
    ['busy-zoomed', { scene: 'busy', zoom: 2 }],
    ['busy-small-zoomed', { scene: 'busy', width: 720, height: 520, zoom: 2 }],
    ['busy-forced-colors', { scene: 'busy', forcedColors: true }],
    ['empty-en-light', { scene: 'empty' }],
    ['empty-zh-TW-dark', { scene: 'empty', locale: 'zh-TW', colorScheme: 'dark' }],
    ['broken-en-light', { scene: 'broken' }],
  ];
  test.each(looks)('%s', async (name, look) => {
    await expectSound(await browser.open(look), name);
  });
});

test.each(['light', 'dark'] as const)(
  'the details of a failed and of a finished job are sound, %s',
  async (colorScheme) => {
    const page = await browser.open({ scene: 'busy', colorScheme });
    await page.getByRole('button', { name: 'notes.mp3', exact: true }).click();
    await page.getByText('Technical details').click();
    await expectSound(page, `details-failed-${colorScheme}`);
    await page.getByRole('button', { name: 'Hiring sync: backend round', exact: true }).click();
    await expectSound(page, `details-done-${colorScheme}`);
    await page.getByRole('button', { name: 'Delete from list' }).click();
    await expectSound(page, `details-delete-${colorScheme}`);
  },
);

test('on a small window the details are a sheet that gives the focus back', async () => {
  const page = await browser.open({ scene: 'busy', width: 720, height: 520 });
  const row = page.getByRole('button', { name: 'Weekly product review — 11 Nov', exact: true });
  await row.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Details' }).waitFor();
  await expectSound(page, 'sheet');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await row.evaluate((node) => node === document.activeElement)).toBe(true);
  await row.click();
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await row.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('deleting from the sheet leaves the focus in the list', async () => {
  const page = await browser.open({ scene: 'busy', width: 720, height: 520 });
  await page.getByRole('button', { name: 'notes.mp3', exact: true }).click();
  await page.getByRole('button', { name: 'Delete from list' }).click();
  await page.getByRole('button', { name: 'Delete from list' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.className)).toContain('title');
});

test('files held over the window see where to let go', async () => {
  const page = await browser.open({ scene: 'busy' });
  const drag = (kind: 'over' | 'dropped') =>
    page.evaluate((kind) => {
      const { memoryBackend } = window as unknown as {
        memoryBackend: { drag(drag: { kind: string; paths: string[] }): void };
      };
      memoryBackend.drag({ kind, paths: ['/a/talk.m4a'] });
    }, kind);
  await drag('over');
  await page.getByText('Let go to process').waitFor();
  await expectSound(page, 'drop');
  await drag('dropped');
  await page.getByRole('button', { name: 'talk.m4a', exact: true }).waitFor();
});

test('the paused window says so', async () => {
  const page = await browser.open({ scene: 'busy', colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.getByText('Waiting · everything is paused').first().waitFor();
  await expectSound(page, 'paused');
});

describe('zoomed in on a small window', () => {
  const zoomed: Look = { scene: 'busy', width: 720, height: 520, zoom: 2 };

  test('titles and what the footer says are whole', async () => {
    const page = await browser.open(zoomed);
    const cut = await page
      .locator('[data-job] .title, footer :is(.engine, .cut, .version)')
      .evaluateAll((all) =>
        all.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent),
      );
    expect(cut).toEqual([]);
  });

  test('a notice is in sight wherever the list was scrolled to', async () => {
    const page = await browser.open(zoomed);
    const cancel = page.getByRole('button', { name: 'Cancel: Weekly product review — 11 Nov' });
    await cancel.click();
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    expect(await page.locator('main').evaluate((main) => main.scrollTop)).toBeGreaterThan(0);
    const isSeen = await undo.evaluate((node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      return node.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
    });
    expect(isSeen).toBe(true);
    await expectSound(page, 'zoomed-notice');
  });
});

test('F1 lists the keys', async () => {
  const page = await browser.open({ scene: 'busy' });
  await page.keyboard.press('F1');
  const sheet = page.getByRole('dialog', { name: 'Keys' });
  await sheet.waitFor();
  for (const key of ['Ctrl++', 'Ctrl+-', 'Ctrl+0']) await sheet.getByText(key, { exact: true }).waitFor();
  await expectSound(page, 'keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('a pasted path becomes a job wherever the focus is', async () => {
  const page = await browser.open({ scene: 'empty' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('/home/kim/Recordings/pasted.m4a'));
  await page.keyboard.press('Control+V');
  await page.getByRole('button', { name: 'pasted.m4a', exact: true }).waitFor();
  expect(await page.getByRole('textbox').inputValue()).toBe('');
});

test('a refused link stays in the field, with what to do', async () => {
  const page = await browser.open({ scene: 'empty' });
  const field = page.getByRole('textbox');
  await field.fill('https://example.com/talk.m4a');
  await field.press('Enter');
  await page.locator('#composer-note.error').waitFor();
  expect(await field.inputValue()).toBe('https://example.com/talk.m4a');
  await expectSound(page, 'refused');
});

test('several pasted lines become chips', async () => {
  const page = await browser.open({ scene: 'empty' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('/a/one.m4a\n/a/two.m4a\n'));
  await page.getByRole('textbox').focus();
  await page.keyboard.press('Control+V');
  await page.getByRole('list', { name: 'Recordings to process' }).waitFor();
  await expectSound(page, 'chips');
  await page.getByRole('button', { name: 'Process 2' }).click();
  await page.getByRole('button', { name: 'two.m4a', exact: true }).waitFor();
});

test('cancelling keeps the focus on the job and can be undone', async () => {
  const page = await browser.open({ scene: 'busy' });
  const row = page.getByRole('button', { name: 'Weekly product review — 11 Nov', exact: true });
  await row.focus();
  await page.keyboard.press('Delete');
  await page.getByText('Cancelled “Weekly product review — 11 Nov”').first().waitFor();
  expect(await row.evaluate((node) => node === document.activeElement)).toBe(true);
  await expectSound(page, 'undo');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page
    .getByRole('region', { name: /^Waiting/u })
    .getByText('Weekly product review — 11 Nov')
    .waitFor();
  expect(await row.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('the sample runs, and its progress is told', async () => {
  const page = await browser.open({ scene: 'empty', still: false });
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.getByRole('progressbar').waitFor();
  await page
    .getByText(/Transcribing · \d/u)
    .first()
    .waitFor();
  await expectSound(page, 'sample-running');
  await page
    .getByText(/Transcribing · about \d min left/u)
    .first()
    .waitFor({ timeout: 20_000 });
  await shot(page, 'sample-with-time-left');
});

test('the shipped window holds nothing of the backend in memory', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'debrief-ui-dist-'));
  try {
    await build({ mode: 'production', logLevel: 'error', build: { outDir, emptyOutDir: true } });
    const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(?:js|css|html)$/u.test(file),
    );
    expect(files.some((file) => file.endsWith('.js'))).toBe(true);
    for (const file of files) {
      const text = readFileSync(join(outDir, file), 'utf8');
      expect(text, file).not.toContain('Formosa Audio');
      expect(text, file).not.toContain('backend=memory');
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
});
