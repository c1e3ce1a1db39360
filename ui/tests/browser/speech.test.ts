// Speech in the window: the settings for transcription, speakers and models, and what jobs and links offer about them.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { Browser, expectSound, focused, type Look, LOOKS, OTHER_LOOKS, shot, toPart } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.start();
});
afterEach(() => browser.closePages());
afterAll(() => browser.stop());

const PARTS = ['transcription', 'services', 'speakers', 'models'] as const;

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.locator('#settings-transcription').waitFor();
  await page.locator('[data-model]').first().waitFor();
}

describe('the settings are sound', () => {
  const scenes = ['speech-new', 'speech-downloading', 'speech-ready', 'speech-service', 'speech-broken'];
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
    for (const scene of ['speech-ready', 'speech-downloading']) {
      const page = await browser.open({ scene, ...look });
      await openSettings(page);
      for (const part of ['transcription', 'models']) {
        const closed = page.locator(`[data-part="${part}"] details`);
        await closed.evaluateAll((all) => all.forEach((each) => ((each as HTMLDetailsElement).open = true)));
      }
      for (const part of PARTS) {
        await toPart(page, `#settings-${part}`);
        await expectSound(page, `settings-whole-${scene}-${name}-${part}`);
      }
      await toPart(page, '[data-part="transcription"] .vocabulary');
      await shot(page, `settings-whole-${scene}-${name}-vocabulary`);
    }
  });
});

describe('models', () => {
  test('show every state that a download can have', async () => {
    const page = await browser.open({ scene: 'speech-downloading' });
    await openSettings(page);
    const row = (id: string) => page.locator(`[data-model="${id}"]`);
    expect(await row('whisper-turbo').getByRole('progressbar').getAttribute('aria-valuenow')).toBe('58');
    expect(await row('whisper-turbo').textContent()).toContain('started again from the beginning');
    expect(await row('whisper-small').textContent()).toContain('Paused');
    expect(await row('parakeet-v3').textContent()).toContain('Verifying');
    expect(await row('whisper-tiny').textContent()).toContain('is not the file that its source names');
    await row('whisper-tiny').getByRole('button', { name: 'Download again: Whisper tiny' }).press('Enter');
    await row('whisper-tiny').getByRole('progressbar').waitFor();
    expect(await focused(page)).toBe('Pause: Whisper tiny');
  });

  test('are got, stopped and given up by keyboard, and the focus stays in their row', async () => {
    const page = await browser.open({ scene: 'speech-new' });
    await openSettings(page);
    await page.getByRole('button', { name: 'Get: Whisper large-v3-turbo' }).press('Enter');
    await page.getByRole('button', { name: 'Pause: Whisper large-v3-turbo' }).press('Enter');
    await page.getByRole('button', { name: 'Resume: Whisper large-v3-turbo' }).press('Enter');
    await page.getByRole('button', { name: 'Cancel: Whisper large-v3-turbo' }).press('Enter');
    await page.getByRole('button', { name: 'Get: Whisper large-v3-turbo' }).waitFor();
    expect(await focused(page)).toBe('Get: Whisper large-v3-turbo');
  });

  test('name what takes their place before they are removed', async () => {
    const page = await browser.open({ scene: 'speech-ready' });
    await openSettings(page);
    await page.getByRole('button', { name: 'Remove: Whisper large-v3-turbo' }).press('Enter');
    await page.getByText('Jobs then use “Whisper small”.').waitFor();
    await toPart(page, '#settings-models');
    await expectSound(page, 'model-remove');
  });
});

test('a service takes a key, and the key is kept nowhere in the window', async () => {
  const page = await browser.open({ scene: 'speech-new' });
  await openSettings(page);
  const groq = page.locator('[aria-labelledby="settings-services"] [data-service="groq"]');
  await groq.locator('summary').click();
  const field = groq.locator('[type="password"]');
  await field.fill('wrong');
  await field.press('Enter');
  await groq.getByText('doesn’t take this key').waitFor();
  expect(await field.inputValue()).toBe('');
  await toPart(page, '#settings-services');
  await expectSound(page, 'key-refused');
  await field.fill('sk-123');
  await field.press('Enter');
  await groq.getByText('Key kept').waitFor();
  expect(await field.inputValue()).toBe('');
  expect(await groq.locator('summary').evaluate((node) => node === document.activeElement)).toBe(true);
  expect(await page.content()).not.toContain('sk-123');
  await expectSound(page, 'key-taken');
});

describe('a job that needs something for speech', () => {
  test.each([...LOOKS, ['en-dark', { colorScheme: 'dark' }]] as [string, Omit<Look, 'scene'>][])(
    'is sound, %s',
    async (name, look) => {
      const page = await browser.open({ scene: 'speech-jobs', ...look });
      await expectSound(page, `speech-jobs-${name}`);
      await page.getByRole('button', { name: 'Hiring sync', exact: true }).click();
      await page.locator('[aria-labelledby="details-speakers"] button').first().waitFor();
      await expectSound(page, `speech-details-${name}`);
    },
  );

  test.each([
    ['Kick-off.mp4', 'Get the model', 'settings-models'],
    ['One on one.m4a', 'Download again', 'settings-models'],
    ['Budget.m4a', 'Choose a smaller model', 'settings-models'],
    ['All hands.mp4', 'Choose engine', 'settings-transcription'],
    ['Roadmap.mp4', 'Choose engine', 'settings-transcription'],
    ['Board prep.mp4', 'Enter key', 'settings-services'],
  ])('%s has the button “%s”, which opens the settings where that is done', async (title, action, place) => {
    const page = await browser.open({ scene: 'speech-jobs' });
    const row = page.locator('main li').filter({ hasText: title });
    await row.getByRole('button', { name: action }).first().click();
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await expect.poll(() => focused(page)).toBe(place);
    expect(await page.locator(`#${place}`).evaluate((node) => node.getBoundingClientRect().top)).toBeLessThan(
      720,
    );
  });
});

test.each(LOOKS)('a transcript beside a recording is offered, %s', async (name, look) => {
  const page = await browser.open({ scene: 'speech-beside', ...look });
  await page
    .getByRole('textbox')
    .first()
    .fill('https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view');
  await page.getByText('weekly.vtt').first().waitFor();
  await expectSound(page, `beside-${name}`);
  await page.getByRole('button', { name: /weekly\.vtt/u }).click();
  const anyway = page.getByRole('checkbox');
  await anyway.click();
  expect(await anyway.isChecked()).toBe(true);
  await expectSound(page, `beside-anyway-${name}`);
});

test.each([...LOOKS, ['en-dark', { colorScheme: 'dark' }]] as [string, Omit<Look, 'scene'>][])(
  'a chat and an attendance list beside a recording are a choice that is on, %s',
  async (name, look) => {
    const page = await browser.open({ scene: 'speech-companions', ...look });
    const links = ['1AbCdEfGhIjKlMnOpQrStUvWxYz012345', '2AbCdEfGhIjKlMnOpQrStUvWxYz012345'].map(
      (id) => `https://drive.google.com/file/d/${id}/view`,
    );
    const field = page.getByRole('textbox').first();
    await field.fill(links[0] ?? '');
    const choice = page.getByRole('checkbox', { name: /Chat/u });
    await choice.waitFor();
    expect(await choice.isChecked()).toBe(true);
    await expectSound(page, `companions-${name}`);
    // Several: each chip has its own.
    await field.evaluate((node, text) => {
      const data = new DataTransfer();
      data.setData('text', text);
      node.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, links.join('\n'));
    await expect.poll(() => choice.count()).toBe(2);
    await choice.last().click();
    expect(await Promise.all([0, 1].map((nth) => choice.nth(nth).isChecked()))).toEqual([true, false]);
    await expectSound(page, `companions-several-${name}`);
  },
);
