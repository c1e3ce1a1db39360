// Notion in the window: the settings, the choice of a place, and what a job that goes to Notion offers.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, type Look, LOOKS, OTHER_LOOKS, toPart } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.locator('#settings-notion').waitFor();
}

/** The id, class or name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const node = document.activeElement;
    return node?.id || node?.getAttribute('role') || node?.textContent?.trim() || node?.tagName || '';
  });
}

describe('the settings are sound', () => {
  const scenes = [
    'notion-none',
    'notion-signing-in',
    'notion-client',
    'notion-unplaced',
    'notion',
    'notion-missing',
    'notion-unfit',
    'notion-page',
    'notion-refused',
    'notion-environment',
  ];
  const inBoth = ['notion-none', 'notion-client', 'notion-unfit'];
  const looks = scenes.flatMap((scene) =>
    LOOKS.slice(0, inBoth.includes(scene) ? 2 : 1).map(([name, look]) => [scene, name, look] as const),
  );
  test.each(looks)('%s, %s', async (scene, name, look) => {
    const page = await browser.open({ scene, ...look });
    await openSettings(page);
    await toPart(page, '#settings-notion');
    await expectSound(page, `settings-${scene}-${name}`);
    if (scene === 'notion-none') await page.locator('[data-part="notion"] summary').click();
    await toPart(page, '#settings-pages');
    await expectSound(page, `settings-${scene}-${name}-pages`);
  });

  test.each(OTHER_LOOKS)('with everything there is, %s', async (name, look) => {
    const page = await browser.open({ scene: 'notion-missing', ...look });
    await openSettings(page);
    await toPart(page, '#settings-notion');
    await expectSound(page, `settings-notion-whole-${name}`);
    await toPart(page, '#settings-pages');
    await expectSound(page, `settings-pages-whole-${name}`);
  });

  test('while they are searched', async () => {
    const page = await browser.open({ scene: 'notion' });
    await openSettings(page);
    const field = page.getByRole('textbox', { name: 'Search settings' });
    expect(await field.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.type('property');
    await page.locator('#settings-watched').waitFor({ state: 'hidden' });
    expect(await page.locator('#settings-notion').isVisible()).toBe(true);
    await expectSound(page, 'settings-found');
    await page.keyboard.type('xyz');
    await page.getByText('is called “propertyxyz”').first().waitFor();
    await expectSound(page, 'settings-found-nothing');
    await page.keyboard.press('Escape');
    await page.locator('#settings-watched').waitFor();
    expect(await field.inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('the choice of a place', () => {
  async function openPicker(look: Look): Promise<Page> {
    const page = await browser.open(look);
    await openSettings(page);
    await page.getByRole('button', { name: /^(?:Choose…|選擇…)$/u }).press('Enter');
    await page.getByRole('combobox').last().waitFor();
    return page;
  }

  test.each([
    ...LOOKS,
    ['en-dark', { colorScheme: 'dark' }],
    ['zoomed', { zoom: 2 }],
    ['forced-colors', { forcedColors: true }],
  ] as [string, Omit<Look, 'scene'>][])('is sound, %s', async (name, look) => {
    const page = await openPicker({ scene: 'notion-unplaced', ...look });
    await page.getByRole('option').first().waitFor();
    await expectSound(page, `picker-${name}`);
    await page.keyboard.type('zzz');
    await page.getByText('zzz').first().waitFor();
    await expectSound(page, `picker-none-${name}`);
  });

  test.each(LOOKS)('is sound where there is nothing to choose, %s', async (name, look) => {
    const page = await openPicker({ scene: 'notion-empty', ...look });
    await page.getByText('•••').last().waitFor();
    await expectSound(page, `picker-empty-${name}`);
  });

  test('goes by keyboard alone', async () => {
    const page = await openPicker({ scene: 'notion-unplaced' });
    await page.getByRole('option').first().waitFor();
    expect(await focused(page)).toContain('c');
    // Past the end of the list comes its next part.
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: /Vendors/u, selected: true }).waitFor();
    await expectSound(page, 'picker-more');
    await page.keyboard.type('hir');
    await page.getByRole('option', { name: /Hiring/u, selected: true }).waitFor();
    await page.getByRole('option', { name: /Vendors/u }).waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Choose where pages go' }).waitFor({ state: 'detached' });
    await page.getByText('Pages go to “Hiring”.').first().waitFor();
    expect(await focused(page)).toBe('Choose…');
    await page.getByRole('button', { name: 'Create 1 missing property' }).press('Enter');
    await page.getByText('1 property is created.').first().waitFor();
    expect(await focused(page)).toBe('settings-notion');
  });

  test('takes a pasted link', async () => {
    const page = await openPicker({ scene: 'notion-unplaced' });
    await page.keyboard.type('https://www.notion.so/kim/Meetings-0123456789abcdef0123456789abcdef');
    await page.getByRole('option', { name: /^Use this link/u }).waitFor();
    await expectSound(page, 'picker-link');
    await page.keyboard.press('Enter');
    await page.getByText('Pages go to “Linked”.').first().waitFor();
  });

  test('is left with Escape, to where it was opened', async () => {
    const page = await openPicker({ scene: 'notion' });
    await page.locator('[role="option"]').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Choose where pages go' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog', { name: 'Settings' }).isVisible()).toBe(true);
    expect(await focused(page)).toBe('Choose…');
  });
});

test('sections move by keyboard and keep the focus', async () => {
  const page = await browser.open({ scene: 'notion' });
  await openSettings(page);
  const up = page.getByRole('button', { name: 'Move up: Decisions' });
  await up.press('Enter');
  await up.press('Enter');
  expect(await up.evaluate((node) => node === document.activeElement)).toBe(true);
  expect(await page.locator('[data-section]').first().textContent()).toContain('Decisions');
  await page.getByRole('checkbox', { name: 'Notes', exact: true }).press('Space');
  expect(await page.locator('[data-section]').nth(5).textContent()).toContain('Notes');
  await expectSound(page, 'sections-moved');
});

test('connecting keeps the focus in the settings, and the token nowhere', async () => {
  const page = await browser.open({ scene: 'notion-none' });
  await openSettings(page);
  const field = page.getByLabel('Token', { exact: true });
  await field.fill('secret');
  await field.press('Enter');
  await page.getByText('Notion doesn’t know this token.').first().waitFor();
  expect(await field.inputValue()).toBe('');
  expect(await field.evaluate((node) => node === document.activeElement)).toBe(true);
  await expectSound(page, 'token-refused');
  await field.fill('ntn_123');
  await field.press('Enter');
  await page.getByText('Connected to “Formosa Audio” in Notion.').first().waitFor();
  expect(await focused(page)).toBe('settings-notion');
  expect(await page.content()).not.toContain('ntn_123');
});

test('a sign-in with an integration of one’s own waits for the browser', async () => {
  const page = await browser.open({ scene: 'notion-client' });
  await openSettings(page);
  await page.getByRole('button', { name: 'Sign in with Notion' }).press('Enter');
  await page.getByText('Waiting for your browser…').waitFor();
  expect(await focused(page)).toBe('settings-notion');
  await page.getByRole('button', { name: 'Cancel the sign-in' }).press('Enter');
  await page.getByRole('button', { name: 'Sign in with Notion' }).waitFor();
  expect(await focused(page)).toBe('settings-notion');
});

test('a test page is written, and removed again', async () => {
  const page = await browser.open({ scene: 'notion' });
  await openSettings(page);
  await page.getByRole('button', { name: 'Write a test page' }).press('Enter');
  await page.getByRole('button', { name: 'Open the test page' }).waitFor();
  await toPart(page, '#settings-notion');
  await expectSound(page, 'test-page');
  await page.getByRole('button', { name: 'Remove the test page' }).press('Enter');
  await page.getByRole('button', { name: 'Write a test page' }).waitFor();
  expect(await focused(page)).toBe('settings-notion');
});

describe('jobs that go to Notion are sound', () => {
  test.each([...LOOKS, ['en-dark', { colorScheme: 'dark' }]] as [string, Omit<Look, 'scene'>][])(
    '%s',
    async (name, look) => {
      const page = await browser.open({ scene: 'notion-jobs', ...look });
      await expectSound(page, `notion-jobs-${name}`);
      await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
      await expectSound(page, `notion-details-done-${name}`);
    },
  );

  test('an undone page, and a database that cannot be found', async () => {
    const page = await browser.open({ scene: 'notion-jobs' });
    await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('is called “GMT20261117-090031_Recording.m4a” again').first().waitFor();
    await page.getByRole('button', { name: 'Write the page again' }).waitFor();
    await expectSound(page, 'notion-details-undone');
    await page.getByRole('button', { name: 'Board prep.mp4', exact: true }).click();
    await expectSound(page, 'notion-details-access');
    await page.getByRole('button', { name: 'Choose database', exact: true }).click();
    await page.getByRole('dialog', { name: 'Choose where pages go' }).waitFor();
    await page.locator('[role="option"]').first().waitFor();
    await expectSound(page, 'notion-choose-database');
  });

  test('a page is copied as Markdown', async () => {
    const page = await browser.open({ scene: 'notion-jobs' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('The page is copied as Markdown.').first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('# Hiring sync');
  });
});
