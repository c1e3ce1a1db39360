import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import type { JobView } from '../backend/backend';
import { jobView, type MemoryOptions, notionResult, stagesUpTo } from '../backend/memory';
import { KEYCHAIN_PROBLEM } from '../backend/memory-google';
import {
  NOTION_NO_ACCESS,
  NOTION_REVOKED,
  notionConnection,
  notionPlace,
  notionProperties,
} from '../backend/memory-notion';
import { axeViolations, opened, needy, withSettings } from '../test-window';

const needsNotion = (code: string) => needy('publish', code, { id: 'n', destination: 'notion' });

const inNotion = (over: Partial<Parameters<typeof notionResult>[0]> = {}): JobView =>
  jobView({
    id: 'p',
    title: 'Hiring sync',
    destination: 'notion',
    status: 'completed',
    group: 'done',
    stages: stagesUpTo(null),
    result: notionResult({ title: 'Hiring sync', summary: 'Two go on.', ...over }),
  });

async function withPicker(options: MemoryOptions = {}) {
  const { backend, user, sheet } = await withSettings(options);
  await user.click(within(sheet).getByRole('button', { name: 'Choose…' }));
  const picker = await screen.findByRole('dialog', { name: 'Choose where pages go' });
  return { backend, user, sheet, picker };
}

describe('the connection', () => {
  test('takes a token, checks it, and keeps nothing of it in the window', async () => {
    const { backend, user, sheet } = await withSettings();
    expect(within(sheet).getByText('Not connected')).toBeDefined();
    expect(within(sheet).getByText(/https:\/\/www\.notion\.so\/profile\/integrations/u)).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Open Notion' }));
    const field = within(sheet).getByLabelText<HTMLInputElement>('Token');
    expect([field.type, field.autocomplete]).toEqual(['password', 'off']);
    await user.type(field, 'wrong{Enter}');
    expect(await within(sheet).findByText('Notion doesn’t know this token.')).toBeDefined();
    expect(field.value).toBe('');
    expect(document.activeElement).toBe(field);
    await user.type(field, ' ntn_1 ');
    await user.click(within(sheet).getByRole('button', { name: 'Connect' }));
    expect(await within(sheet).findByText('Formosa Audio')).toBeDefined();
    expect(within(sheet).getByRole('status').textContent).toBe('Connected to “Formosa Audio” in Notion.');
    expect(backend.calls).toEqual([
      ['openNotionIntegrations'],
      ['connectNotion', 'wrong'],
      ['connectNotion', 'ntn_1'],
    ]);
    expect(document.body.innerHTML).not.toContain('ntn_1');
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
  });

  test('signs in with an integration of one’s own, and again without asking for its values', async () => {
    const { backend, user, sheet } = await withSettings({ browserWaits: true });
    await user.click(within(sheet).getByText('Sign in with your own public integration'));
    expect(within(sheet).getByText('http://localhost:8914/')).toBeDefined();
    await user.click(within(sheet).getByRole('button', { name: 'Copy redirect address' }));
    expect(await navigator.clipboard.readText()).toBe('http://localhost:8914/');
    await user.type(within(sheet).getByLabelText('OAuth client ID'), 'id{Enter}');
    const secret = within(sheet).getByLabelText<HTMLInputElement>('OAuth client secret');
    expect(document.activeElement).toBe(secret);
    await user.type(secret, 'shh{Enter}');
    expect(await within(sheet).findByText('Waiting for your browser…')).toBeDefined();
    expect(secret.value).toBe('');
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Cancel the sign-in' }));
    expect(await within(sheet).findByText('Integration id')).toBeDefined();
    await user.click(within(sheet).getByRole('button', { name: 'Sign in with Notion' }));
    backend.notion.answer();
    expect(await within(sheet).findByText('Your own public integration · Kim Lin')).toBeDefined();
    expect(backend.calls).toEqual([
      ['signInNotion', 'id', 'shh'],
      ['cancelNotionSignIn'],
      ['signInNotion', '', ''],
    ]);
  });

  test('is ended after a question', async () => {
    const { backend, user, sheet } = await withSettings({ notion: {} });
    await user.click(within(sheet).getByRole('button', { name: 'Disconnect' }));
    expect(document.activeElement).toBe(within(sheet).getByRole('button', { name: 'Stay connected' }));
    await user.keyboard('{Enter}');
    expect(backend.calls).toEqual([]);
    const again = within(sheet).getByRole('button', { name: 'Disconnect' });
    await waitFor(() => expect(document.activeElement).toBe(again));
    await user.click(again);
    await user.click(within(sheet).getByRole('button', { name: 'Disconnect' }));
    expect(backend.calls).toEqual([['disconnectNotion']]);
    expect(await within(sheet).findByText('Not connected')).toBeDefined();
  });

  test('that was revoked says so and takes another token', async () => {
    const { user, sheet } = await withSettings({ notion: { problem: NOTION_REVOKED, waiting_jobs: 3 } });
    expect(within(sheet).getByText('Can’t be used now')).toBeDefined();
    expect(within(sheet).getByText(NOTION_REVOKED.what)).toBeDefined();
    expect(within(sheet).getByText('3 jobs wait for Notion')).toBeDefined();
    await user.type(within(sheet).getByLabelText('Token'), 'ntn_2{Enter}');
    await waitFor(() => expect(within(sheet).queryByText(NOTION_REVOKED.what)).toBeNull());
  });

  test('that can’t be reached is checked again', async () => {
    const offline = { code: 'offline', what: 'You’re offline.', fix: 'Notion waits.' };
    const { backend, user, sheet } = await withSettings({ notion: { problem: offline } });
    expect(within(sheet).queryByLabelText('Token')).toBeNull();
    backend.notion.change({ problem: null });
    await user.click(within(sheet).getByRole('button', { name: 'Check again' }));
    await waitFor(() => expect(within(sheet).queryByText('You’re offline.')).toBeNull());
  });

  test('whose token can’t be read offers the places for sign-ins', async () => {
    const { backend, user, sheet } = await withSettings({
      google: { keychain_problem: KEYCHAIN_PROBLEM },
      notion: { connection: null, problem: KEYCHAIN_PROBLEM, place: null, properties: [] },
    });
    const section = within(sheet).getByRole('region', { name: 'Notion' });
    await user.click(within(section).getByRole('button', { name: 'Keep sign-ins until Debrief is closed' }));
    expect(backend.calls).toEqual([['keepSecrets', 'session']]);
  });

  test('whose token can’t be kept offers the places for sign-ins, and takes it after the choice', async () => {
    const { backend, user, sheet } = await withSettings();
    const section = within(sheet).getByRole('region', { name: 'Notion' });
    backend.refuseNext = KEYCHAIN_PROBLEM;
    await user.type(within(section).getByLabelText('Token'), 'ntn_1{Enter}');
    expect(await within(section).findByText(KEYCHAIN_PROBLEM.what)).toBeDefined();
    await user.click(within(section).getByRole('button', { name: 'Keep sign-ins until Debrief is closed' }));
    await waitFor(() => expect(within(section).queryByText(KEYCHAIN_PROBLEM.what)).toBeNull());
    await user.type(within(section).getByLabelText('Token'), 'ntn_1{Enter}');
    expect(await within(section).findByText('Formosa Audio')).toBeDefined();
  });

  test('of the environment can’t be ended here', async () => {
    const connection = notionConnection({ kind: 'environment' });
    const { sheet } = await withSettings({ notion: { connection } });
    expect(within(sheet).getByText('Token from the environment, for this run')).toBeDefined();
    expect(within(sheet).queryByRole('button', { name: 'Disconnect' })).toBeNull();
  });
});

describe('the choice of a place', () => {
  test('searches while a person types, and goes by the keys', async () => {
    const { backend, user, sheet, picker } = await withPicker({ notion: { place: null, properties: [] } });
    const field = within(picker).getByRole('combobox');
    expect(document.activeElement).toBe(field);
    expect(await within(picker).findAllByRole('option')).toHaveLength(6);
    expect(within(picker).getByRole('option', { name: 'Interviews In the database Research' })).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.keyboard('{ArrowDown}');
    const [, second] = within(picker).getAllByRole('option');
    expect(second?.getAttribute('aria-selected')).toBe('true');
    expect(field.getAttribute('aria-activedescendant')).toBe(second?.id);
    await user.keyboard('{ArrowUp}{ArrowUp}hiri');
    expect(await within(picker).findByRole('option', { name: /^Hiring/u })).toBeDefined();
    await waitFor(() => expect(within(picker).getAllByRole('option')).toHaveLength(1));
    expect(backend.searched).toEqual(['', 'hiri']);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Choose where pages go' })).toBeNull());
    expect(backend.calls).toEqual([['chooseNotionPlace', 'hiring']]);
    expect(within(sheet).getByRole('status').textContent).toBe('Pages go to “Hiring”.');
    expect(within(sheet).getByRole('table')).toBeDefined();
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
  });

  test('loads more, and takes a click', async () => {
    const { backend, user, picker } = await withPicker({ notion: {} });
    await user.click(await within(picker).findByRole('button', { name: 'Load more' }));
    expect(await within(picker).findAllByRole('option')).toHaveLength(8);
    await waitFor(() => expect(document.activeElement).toBe(within(picker).getByRole('combobox')));
    await user.click(within(picker).getByRole('option', { name: /^Team wiki/u }));
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Choose where pages go' })).toBeNull());
    expect(backend.calls).toEqual([['chooseNotionPlace', 'wiki']]);
    expect(screen.queryByRole('table')).toBeNull();
  });

  test('takes a pasted link, and says why it is refused', async () => {
    const { backend, user, picker } = await withPicker({ notion: {} });
    const link = 'https://www.notion.so/kim/0123456789abcdef0123456789abcdef?v=1';
    await user.paste('https://example.com/elsewhere');
    await user.keyboard('{Enter}');
    expect(await within(picker).findByText(NOTION_NO_ACCESS.what)).toBeDefined();
    const field = within(picker).getByRole('combobox');
    await user.clear(field);
    await user.paste(link);
    await user.click(await within(picker).findByRole('option', { name: /^Use this link/u }));
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Choose where pages go' })).toBeNull());
    expect(backend.calls.at(-1)).toEqual(['chooseNotionPlace', link]);
  });

  test('says what to do when there is nothing, and tries again after a failure', async () => {
    const { backend, user, picker } = await withPicker({ notion: {}, notionPlaces: [] });
    expect(await within(picker).findByText(/^Notion shows Debrief nothing yet/u)).toBeDefined();
    backend.notion.refuseSearch = { code: 'offline', what: 'You’re offline.', fix: 'Connect first.' };
    await user.keyboard('meet');
    expect(await within(picker).findByText('You’re offline.')).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.click(within(picker).getByRole('button', { name: 'Search again' }));
    expect(await within(picker).findByText(/is called “meet”/u)).toBeDefined();
  });
});

describe('the properties', () => {
  test('are chosen, left out and created', async () => {
    const { backend, user, sheet } = await withSettings({
      notion: { properties: notionProperties(['tags', 'duration']) },
    });
    const title = within(sheet).getByRole('combobox', { name: 'Property for Title' });
    expect(within(title).queryByRole('option', { name: 'Leave out' })).toBeNull();
    const date = within(sheet).getByRole<HTMLSelectElement>('combobox', { name: 'Property for Date' });
    await user.selectOptions(date, 'Due (date)');
    await user.selectOptions(date, 'Leave out');
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Create 2 missing properties' }));
    await waitFor(() => expect(within(sheet).queryByRole('button', { name: /^Create/u })).toBeNull());
    expect(within(sheet).getByRole('status').textContent).toBe('2 properties are created.');
    expect(backend.calls).toEqual([
      ['mapNotionProperty', 'date', 'due'],
      ['mapNotionProperty', 'date', null],
      ['createNotionProperties'],
    ]);
  });

  test('that don’t fit any more say so, and a refused choice shows what is', async () => {
    const properties = notionProperties().map((property) =>
      property.role === 'date' ? { ...property, chosen: 'gone', problem: '“When” is text now.' } : property,
    );
    const { backend, user, sheet } = await withSettings({ notion: { properties } });
    const date = within(sheet).getByRole<HTMLSelectElement>('combobox', { name: 'Property for Date' });
    expect(date.value).toBe('gone');
    expect(document.getElementById(date.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      '“When” is text now.',
    );
    backend.refuseNext = NOTION_NO_ACCESS;
    await user.selectOptions(date, 'Due (date)');
    expect(await within(sheet).findByText(NOTION_NO_ACCESS.what)).toBeDefined();
    await waitFor(() => expect(date.value).toBe('gone'));
  });

  test('still know the test page that an earlier look at them wrote', async () => {
    const { backend, user, sheet } = await withSettings({ notion: { test_page: 'https://www.notion.so/T' } });
    await user.click(within(sheet).getByRole('button', { name: 'Remove the test page' }));
    expect(await within(sheet).findByRole('button', { name: 'Write a test page' })).toBeDefined();
    expect(backend.calls).toEqual([['removeNotionTestPage']]);
  });

  test('are tried with a test page', async () => {
    const { backend, user, sheet } = await withSettings({ notion: {} });
    await user.click(within(sheet).getByRole('button', { name: 'Write a test page' }));
    await user.click(await within(sheet).findByRole('button', { name: 'Open the test page' }));
    await user.click(within(sheet).getByRole('button', { name: 'Remove the test page' }));
    expect(await within(sheet).findByRole('button', { name: 'Write a test page' })).toBeDefined();
    expect(backend.calls).toEqual([
      ['writeNotionTestPage'],
      ['openNotionTestPage'],
      ['removeNotionTestPage'],
    ]);
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
  });
});

describe('the pages', () => {
  test('go to Notion or to a folder, and the footer says which', async () => {
    const { user, sheet } = await withSettings({ notion: {} });
    expect(screen.getByText('Pages go to Meetings in Notion')).toBeDefined();
    await user.click(within(sheet).getByRole('radio', { name: 'A folder on this computer' }));
    expect(await screen.findByText('Pages in ~/Documents/Debrief')).toBeDefined();
    expect(within(sheet).queryByRole('checkbox', { name: 'The recording' })).toBeNull();
  });

  test('have a language, sections in an order, and uploads', async () => {
    const { backend, user, sheet } = await withSettings({ notion: {} });
    const options = backend.notion.view.options;
    await user.selectOptions(
      within(sheet).getByRole('combobox', { name: 'Language of headings' }),
      '繁體中文（台灣）',
    );
    const notes = within(sheet).getByRole('checkbox', { name: 'Notes' });
    await user.click(notes);
    const up = within(sheet).getByRole('button', { name: 'Move up: Transcript' });
    await user.click(up);
    await waitFor(() => expect(document.activeElement).toBe(up));
    expect(within(sheet).getByRole('status').textContent).toBe('Transcript: 7 of 8');
    // Past the hidden section there is nothing to tell the backend.
    await user.click(within(sheet).getByRole('button', { name: 'Move down: Open questions' }));
    await user.click(within(sheet).getByRole('button', { name: 'Move up: Summary' }));
    await user.click(within(sheet).getByRole('checkbox', { name: 'The recording' }));
    expect(within(sheet).getByText(/files of up to 5 MB/u)).toBeDefined();
    const zh = { ...options, language: 'zh-TW' };
    const first = ['summary', 'todos', 'decisions', 'unverified', 'questions'];
    const shown = [...first, 'attachments', 'transcript'];
    const moved = [...first, 'transcript', 'attachments'];
    await waitFor(() => expect(backend.calls).toHaveLength(4));
    expect(backend.calls).toEqual([
      ['setPageOptions', zh],
      ['setPageOptions', { ...zh, sections: shown }],
      ['setPageOptions', { ...zh, sections: moved }],
      ['setPageOptions', { ...zh, sections: moved, upload_recording: false }],
    ]);
    await user.click(notes);
    await waitFor(() => expect(backend.calls).toHaveLength(5));
    expect(backend.notion.view.options.sections).toEqual([
      'summary',
      'todos',
      'decisions',
      'unverified',
      'notes',
      'questions',
      'transcript',
      'attachments',
    ]);
  });
});

test('what is unverified can be left out only where to-dos and decisions are', async () => {
  const { backend, user, sheet } = await withSettings({ notion: {} });
  const unverified = within(sheet).getByRole('checkbox', { name: 'Unverified' }) as HTMLInputElement;
  expect([unverified.checked, unverified.disabled]).toEqual([true, true]);
  await user.click(within(sheet).getByRole('checkbox', { name: 'To-dos' }));
  await waitFor(() => expect(backend.calls).toHaveLength(1));
  expect(unverified.disabled).toBe(true);
  await user.click(within(sheet).getByRole('checkbox', { name: 'Decisions' }));
  await waitFor(() => expect(unverified.disabled).toBe(false));
  await user.click(unverified);
  await waitFor(() => expect(backend.calls).toHaveLength(3));
  expect(backend.notion.view.options.sections).not.toContain('unverified');
});

test('a layout of earlier shows what is unverified behind to-dos and decisions, as its pages do', async () => {
  const others = { language: null, upload_recording: true, upload_attachments: true };
  const sections = ['decisions', 'todos', 'notes'] as const;
  const { backend, user, sheet } = await withSettings({
    notion: { options: { ...others, sections: [...sections] } },
  });
  const list = within(sheet).getByRole('list', { name: 'On the page, in this order' });
  const shown = () =>
    within(list)
      .getAllByRole('checkbox', { checked: true })
      .map((box) => box.closest('li')?.dataset.section);
  expect(shown()).toEqual(['decisions', 'todos', 'unverified', 'notes']);
  await user.click(within(sheet).getByRole('button', { name: 'Move up: Unverified' }));
  await waitFor(() =>
    expect(backend.notion.view.options.sections).toEqual(['decisions', 'unverified', 'todos', 'notes']),
  );
});

test('the settings are searched by what they say and what they are for', async () => {
  const { user, sheet } = await withSettings({ notion: {} });
  const field = within(sheet).getByRole('textbox', { name: 'Search settings' });
  expect(document.activeElement).toBe(field);
  const headings = () =>
    within(sheet)
      .getAllByRole('heading', { level: 3 })
      .map((node) => node.textContent);
  const all = headings();
  await user.keyboard('sandbox');
  expect(headings()).toEqual(['Advanced']);
  await user.clear(field);
  await user.keyboard('property');
  expect(within(sheet).queryByRole('heading', { name: 'Google' })).toBeNull();
  expect(within(sheet).getByRole('heading', { name: 'Notion' })).toBeDefined();
  await user.keyboard('xyz');
  expect(within(sheet).getByText(/is called “propertyxyz”/u, { selector: '.settings p' })).toBeDefined();
  await user.keyboard('{Escape}');
  expect(headings()).toEqual(all);
});

describe('a job that needs Notion', () => {
  test.each([
    ['notion_not_connected', 'Connect Notion'],
    ['notion_sign_in_expired', 'Connect Notion'],
    ['notion_property_unfit', 'Check properties'],
  ])('for %s offers "%s", which shows it in the settings', async (code, action) => {
    const { user } = await opened({ jobs: [needsNotion(code)] });
    const button = screen.getByRole('button', { name: `${action}: Board` });
    await user.click(button);
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    await waitFor(() =>
      expect(document.activeElement).toBe(within(sheet).getByRole('heading', { name: 'Notion' })),
    );
    await user.click(within(sheet).getByRole('button', { name: 'Close settings' }));
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  test.each([
    ['publish', 'Notion'],
    ['fetch', 'Google'],
  ] as const)('and cannot be helped by a keychain in %s shows %s in the settings', async (stage, part) => {
    const { error, ...job } = needsNotion('no_keychain');
    const { user } = await opened({ jobs: [{ ...job, error: error && { ...error, stage } }] });
    await user.click(screen.getByRole('button', { name: 'Open settings: Board' }));
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    await waitFor(() =>
      expect(document.activeElement).toBe(within(sheet).getByRole('heading', { name: part })),
    );
  });

  test('and a place opens the choice, after which it goes on', async () => {
    const { backend, user } = await opened({
      jobs: [needsNotion('notion_place_unset')],
      notion: { place: null, properties: [] },
    });
    await user.click(screen.getByRole('button', { name: 'Choose database: Board' }));
    const picker = await screen.findByRole('dialog', { name: 'Choose where pages go' });
    await within(picker).findAllByRole('option');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(backend.jobs.get('n')?.group).toBe('waiting'));
  });

  test('and cannot find its database can be tried again, or sent elsewhere', async () => {
    const { backend, user } = await opened({ jobs: [needsNotion('notion_no_access')], notion: {} });
    const pane = screen.getByRole('complementary');
    expect(within(pane).queryByRole('button', { name: 'Try again' })).toBeNull();
    expect(within(pane).getByRole('button', { name: 'Choose database' })).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Retry Notion step: Board' }));
    expect(backend.calls).toEqual([['retryJob', 'n', null]]);
  });

  test('and was refused can be tried again', async () => {
    const { backend, user } = await opened({ jobs: [needsNotion('notion_refused')] });
    await user.click(screen.getByRole('button', { name: 'Try again: Board' }));
    expect(backend.calls).toEqual([['retryJob', 'n', null]]);
  });
});

describe('a page in Notion', () => {
  test('is opened, updated and copied', async () => {
    const { backend, user } = await opened({ jobs: [{ ...inNotion(), page_outdated: true }], notion: {} });
    await user.click(screen.getByRole('button', { name: 'Open in Notion: Hiring sync' }));
    const pane = screen.getByRole('complementary');
    expect(within(pane).getByText('In Notion')).toBeDefined();
    await user.click(within(pane).getByRole('button', { name: 'Copy as Markdown' }));
    expect((await screen.findAllByText('The page is copied as Markdown.')).length).toBeGreaterThan(0);
    expect(await navigator.clipboard.readText()).toContain('# Hiring sync');
    expect(await axeViolations()).toEqual([]);
    await user.click(within(pane).getByRole('button', { name: 'Update Notion page' }));
    expect(backend.calls).toEqual([
      ['openPage', 'p'],
      ['pageMarkdown', 'p'],
      ['updatePage', 'p'],
    ]);
    await waitFor(() => expect(pane.contains(document.activeElement)).toBe(true));
  });

  test('is taken back with its recording’s name, and written again', async () => {
    const { backend, user } = await opened({ jobs: [inNotion({ renamed_from: 'GMT.m4a' })], notion: {} });
    const pane = screen.getByRole('complementary');
    expect(within(pane).queryByRole('button', { name: 'Undo rename' })).toBeNull();
    await user.click(within(pane).getByRole('button', { name: 'Undo' }));
    expect(
      (
        await screen.findAllByText(
          'The page is in Notion’s trash, and the recording is called “GMT.m4a” again.',
        )
      ).length,
    ).toBeGreaterThan(0);
    expect(within(pane).getByText(/^The page lies in Notion’s trash/u)).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Open in Notion: Hiring sync' })).toBeNull();
    await waitFor(() => expect(pane.contains(document.activeElement)).toBe(true));
    await user.click(within(pane).getByRole('button', { name: 'Write the page again' }));
    expect(backend.calls).toEqual([
      ['undoPage', 'p'],
      ['retryJob', 'p', 'publish'],
    ]);
  });

  test('is named where its job is deleted, in both languages', async () => {
    const { user } = await opened({ jobs: [inNotion()] }, 'zh-TW');
    await user.click(screen.getByRole('button', { name: '從清單刪除' }));
    expect(screen.getByText(/頁面仍會留在 Notion 裡/u)).toBeDefined();
    expect(screen.getByRole('button', { name: '在 Notion 開啟：Hiring sync' })).toBeDefined();
  });
});

test('a place whose picture lies elsewhere shows none of it', async () => {
  const place = notionPlace({ id: 'v', name: 'Vendors', icon: 'https://elsewhere.test/v.png' });
  const { sheet } = await withSettings({ notion: { place } });
  expect(within(sheet).getByText('Vendors')).toBeDefined();
  expect(sheet.innerHTML).not.toContain('elsewhere.test');
});
