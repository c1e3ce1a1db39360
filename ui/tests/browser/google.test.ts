// Google in the window: the settings, links in the composer, and what a job that needs Google offers.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, LOOKS } from './support';

const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view?usp=sharing';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByRole('dialog').waitFor();
  await page.locator('#settings-google').waitFor();
}

async function toBottom(page: Page): Promise<void> {
  await page.locator('dialog[open]').evaluate((dialog) => dialog.scrollTo(0, dialog.scrollHeight));
}

describe('the settings are sound', () => {
  const scenes = ['no-client', 'signed-out', 'signing-in', 'expired', 'keychain', 'connected', 'sandbox'];
  test.each(scenes.flatMap((scene) => LOOKS.map(([name, look]) => [scene, name, look] as const)))(
    '%s, %s',
    async (scene, name, look) => {
      const page = await browser.open({ scene, ...look });
      await openSettings(page);
      await expectSound(page, `settings-${scene}-${name}`);
      await toBottom(page);
      await expectSound(page, `settings-${scene}-${name}-end`);
    },
  );

  test('zoomed and in forced colours', async () => {
    const zoomed = await browser.open({ scene: 'connected', zoom: 2 });
    await openSettings(zoomed);
    await expectSound(zoomed, 'settings-zoomed');
    const forced = await browser.open({ scene: 'expired', forcedColors: true });
    await openSettings(forced);
    await expectSound(forced, 'settings-forced-colors');
  });
});

describe('the window is sound', () => {
  const scenes = ['signing-in', 'expired', 'remedies', 'rename-warning', 'sandbox', 'fetching'];
  test.each(scenes.flatMap((scene) => LOOKS.map(([name, look]) => [scene, name, look] as const)))(
    '%s, %s',
    async (scene, name, look) => {
      const page = await browser.open({ scene, ...look });
      if (scene === 'fetching') await page.getByText('MB').first().waitFor();
      await expectSound(page, `${scene}-${name}`);
    },
  );
});

describe('a link in the composer is sound', () => {
  const scenes = ['no-client', 'signed-out', 'connected', 'processed'];
  test.each(scenes.flatMap((scene) => LOOKS.map(([name, look]) => [scene, name, look] as const)))(
    '%s, %s',
    async (scene, name, look) => {
      const page = await browser.open({ scene, ...look });
      const field = page.getByRole('textbox');
      await field.fill(LINK);
      await page.locator('.note .look').waitFor();
      await expectSound(page, `link-${scene}-${name}`);
      await field.fill('');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.evaluate((link) => navigator.clipboard.writeText(`${link}\n/a/two.m4a\n`), LINK);
      await field.focus();
      await page.keyboard.press('Control+V');
      await page.locator('.chip .look').first().waitFor();
      await expectSound(page, `chips-${scene}-${name}`);
    },
  );
});

test('a settings sheet gives the focus back to its opener', async () => {
  const page = await browser.open({ scene: 'connected' });
  const opener = page.getByRole('button', { name: 'Settings', exact: true });
  await opener.click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await opener.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('signing in keeps the focus in the settings', async () => {
  const page = await browser.open({ scene: 'signed-out' });
  await openSettings(page);
  await page.getByRole('button', { name: 'Sign in with Google' }).press('Enter');
  await page.getByText('Waiting for your browser…').waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('settings-google');
  await page.getByRole('button', { name: 'Cancel the sign-in' }).press('Enter');
  await page.getByRole('button', { name: 'Sign in with Google' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('settings-google');
  await expectSound(page, 'settings-cancelled');
});

test('a Google client held over the window sees where to let go', async () => {
  const page = await browser.open({ scene: 'no-client' });
  await page.evaluate(() => {
    const { memoryBackend } = window as unknown as {
      memoryBackend: { drag(drag: { kind: string; paths: string[] }): void };
    };
    memoryBackend.drag({ kind: 'over', paths: ['/a/client_secret_1.json'] });
  });
  await page.getByText('Let go to set up Google').waitFor();
  await expectSound(page, 'drop-client');
});

test('a link pasted anywhere that was processed before waits as a chip', async () => {
  const page = await browser.open({ scene: 'processed' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((link) => navigator.clipboard.writeText(link), LINK);
  await page.keyboard.press('Control+V');
  await page.getByText('Already processed 12 Nov').first().waitFor();
  await expectSound(page, 'processed-chip');
  await page.getByRole('button', { name: 'Open: Hiring sync.m4a' }).click();
  await page.locator('.chip').waitFor({ state: 'detached' });
  const row = page.getByRole('button', { name: 'Hiring sync: backend round', exact: true });
  expect(await row.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('a document in Drive is attached by its link', async () => {
  const page = await browser.open({ scene: 'connected' });
  const opener = page.getByRole('button', { name: 'Attach a link to a PDF, Google Doc or Slides' });
  await opener.click();
  const field = page.getByRole('textbox', { name: 'Link to a PDF, Google Doc or Slides' });
  await field.fill('agenda');
  await field.press('Enter');
  await page.getByRole('alert').waitFor();
  await expectSound(page, 'attach-link-wrong');
  await field.fill('https://docs.google.com/document/d/1AbCdEfGhIjKlMnOp/edit');
  await field.press('Enter');
  await page.getByRole('list', { name: 'Files for the next job' }).waitFor();
  expect(await opener.evaluate((node) => node === document.activeElement)).toBe(true);
  await expectSound(page, 'attach-link-done');
});

test('a fetch tells how much has come and how fast', async () => {
  const page = await browser.open({ scene: 'fetching' });
  await page
    .getByText(/Fetching the recording · \d+\.\d of 45\.0 MB · \d\.\d MB\/s/u)
    .first()
    .waitFor();
});

test('the details of a renamed recording and of one that could not be renamed are sound', async () => {
  const page = await browser.open({ scene: 'rename-warning', colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Vendor call about prices', exact: true }).click();
  await page.getByRole('button', { name: 'Copy name' }).waitFor();
  await expectSound(page, 'details-name-to-copy');
  await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
  await expectSound(page, 'details-renamed');
  await page.getByRole('button', { name: 'Undo rename' }).click();
  await page.getByText('Renamed from').waitFor({ state: 'detached' });
});
