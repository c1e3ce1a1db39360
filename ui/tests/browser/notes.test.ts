// Notes in the window: the settings for summaries and privacy, what jobs offer about them, and the options of a recording.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, focused, type Look, LOOKS, OTHER_LOOKS, shot, toPart } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

const PARTS = ['summary', 'providers', 'templates', 'spending', 'privacy'] as const;
const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view';

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.locator('#settings-providers').waitFor();
}

describe('the settings are sound', () => {
  const scenes = ['notes-new', 'notes-ready', 'notes-local', 'notes-capped', 'notes-keyless'];
  const looks = scenes.flatMap((scene) => LOOKS.map(([name, look]) => [scene, name, look] as const));
  test.each(looks)('%s, %s', async (scene, name, look) => {
    const page = await browser.open({ scene, ...look });
    await openSettings(page);
    for (const part of PARTS) {
      await toPart(page, `#settings-${part}`);
      await expectSound(page, `settings-${scene}-${name}-${part}`);
    }
  });

  test.each(OTHER_LOOKS)('with everything open, %s', async (name, look) => {
    const page = await browser.open({ scene: 'notes-ready', ...look });
    await openSettings(page);
    const closed = page.locator('[data-part="summary"] details');
    await closed.evaluateAll((all) => all.forEach((each) => ((each as HTMLDetailsElement).open = true)));
    await page.locator('[data-place="0"] .change button').press('Enter');
    await page.locator('.pick select').nth(1).waitFor();
    for (const part of PARTS) {
      await toPart(page, `#settings-${part}`);
      await expectSound(page, `settings-whole-notes-${name}-${part}`);
    }
    await toPart(page, '[aria-labelledby="settings-providers"] [data-service="compatible"]');
    await shot(page, `settings-whole-notes-${name}-compatible`);
  });
});

test('models are put in order by keyboard, and the focus goes along', async () => {
  const page = await browser.open({ scene: 'notes-ready' });
  await openSettings(page);
  await page.getByRole('button', { name: 'Move up: Ollama · qwen3:8b' }).press('Enter');
  await page.locator('[data-place="0"]', { hasText: 'Ollama' }).waitFor();
  await expect.poll(() => focused(page)).toBe('Move up: Ollama · qwen3:8b');
  await page.getByRole('button', { name: 'Remove Ollama · qwen3:8b' }).press('Enter');
  await expect.poll(() => focused(page)).toBe('Change…: OpenAI · gpt-5-mini');
});

test('a provider takes a key, and the key is kept nowhere in the window', async () => {
  const page = await browser.open({ scene: 'notes-new' });
  await openSettings(page);
  const anthropic = page.locator('[aria-labelledby="settings-providers"] [data-service="anthropic"]');
  await anthropic.locator('summary').click();
  const field = anthropic.locator('[type="password"]');
  await field.fill('wrong');
  await field.press('Enter');
  await anthropic.getByText('doesn’t take this key').waitFor();
  expect(await field.inputValue()).toBe('');
  await field.fill('sk-123');
  await field.press('Enter');
  await anthropic.getByText('Anthropic takes the key.').waitFor();
  expect(await anthropic.locator('summary').evaluate((node) => node === document.activeElement)).toBe(true);
  expect(await page.content()).not.toContain('sk-123');
  await anthropic.getByRole('combobox', { name: 'Model' }).waitFor();
  await expectSound(page, 'notes-key-taken');
});

test.each(LOOKS)('a template is previewed, and closing gives the focus back, %s', async (name, look) => {
  const page = await browser.open({ scene: 'notes-ready', ...look });
  await openSettings(page);
  const opener = page.locator('[data-template="meeting"] button').first();
  await opener.press('Enter');
  await page.locator('dialog pre').waitFor();
  await expectSound(page, `notes-preview-${name}`);
  await page.keyboard.press('Escape');
  await page.locator('dialog pre').waitFor({ state: 'detached' });
  await expect.poll(() => opener.evaluate((node) => node === document.activeElement)).toBe(true);
});

describe('a job that needs something for notes', () => {
  test.each([...LOOKS, ['en-dark', { colorScheme: 'dark' }]] as [string, Omit<Look, 'scene'>][])(
    'is sound, %s',
    async (name, look) => {
      const page = await browser.open({ scene: 'notes-jobs', ...look });
      await expectSound(page, `notes-jobs-${name}`);
      await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
      await expectSound(page, `notes-details-${name}`);
    },
  );

  test.each([
    ['Roadmap.mp4', 'Choose another model', 'settings-summary'],
    ['Budget.m4a', 'Choose model', 'settings-summary'],
    ['One on one.m4a', 'Choose another model', 'settings-summary'],
    ['Vendor call.m4a', 'Privacy settings', 'settings-privacy'],
  ])('%s has the button “%s”, which opens the settings where that is done', async (title, action, place) => {
    const page = await browser.open({ scene: 'notes-jobs' });
    const row = page.locator('main li').filter({ hasText: title });
    await row.getByRole('button', { name: action }).first().click();
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await expect.poll(() => focused(page)).toBe(place);
    expect(await page.locator(`#${place}`).evaluate((node) => node.getBoundingClientRect().top)).toBeLessThan(
      720,
    );
  });

  test.each([
    [
      'Kick-off.mp4',
      'Add key',
      '[aria-labelledby="settings-providers"] [data-service="openai"] [type="password"]',
    ],
    [
      'All hands.mp4',
      'Add key',
      '[aria-labelledby="settings-providers"] [data-service="openai"] [type="password"]',
    ],
    ['Board prep.mp4', 'Raise the cap', '.spending input'],
  ])('%s has the button “%s”, which shows the very field', async (title, action, field) => {
    const page = await browser.open({ scene: 'notes-jobs' });
    const row = page.locator('main li').filter({ hasText: title });
    await row.getByRole('button', { name: action }).first().click();
    await expect
      .poll(() => page.locator(field).evaluate((node) => node === document.activeElement))
      .toBe(true);
    const box = await page.locator(field).boundingBox();
    expect(box && box.y + box.height).toBeLessThanOrEqual(720);
  });
});

describe('the options of a recording', () => {
  test.each([...LOOKS, ['en-dark', { colorScheme: 'dark' }]] as [string, Omit<Look, 'scene'>][])(
    'are sound, %s',
    async (name, look) => {
      const page = await browser.open({ scene: 'notes-ready', ...look });
      await expectSound(page, `notes-composer-${name}`);
      const field = page.locator('.composer input').first();
      await field.fill(LINK);
      await page.locator('.cost').waitFor();
      await page.locator('.toggle').click();
      const people = page.locator('.options input');
      await people.fill('陳怡君、Jonas，');
      await page.locator('.options li').nth(1).waitFor();
      await expectSound(page, `notes-options-${name}`);
    },
  );

  test.each(LOOKS)('of several are beside their chips, %s', async (name, look) => {
    const page = await browser.open({ scene: 'notes-ready', ...look });
    await page.locator('.composer input').first().fill(LINK);
    await page.locator('.cost').waitFor();
    await page
      .locator('.composer input')
      .first()
      .evaluate((node) => {
        const data = new DataTransfer();
        data.setData('text/plain', '/home/kim/one.m4a\n/home/kim/two.m4a');
        node.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      });
    await page.locator('.lined .chip').nth(2).waitFor();
    await page.locator('.lined .chip').nth(1).locator('.tools button').first().click();
    await page.locator('.options select').selectOption('lecture');
    await expectSound(page, `notes-chips-${name}`);
  });
});
