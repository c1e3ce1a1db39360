import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';

import type { JobView, WatchedFolder } from '../backend/backend';
import { jobResult, jobView, stagesUpTo } from '../backend/memory';
import { accountView, KEYCHAIN_PROBLEM } from '../backend/memory-google';
import { axeViolations, opened, needy, withSettings } from '../test-window';

const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view';

const needsGoogle = (code: string) =>
  needy('fetch', code, { id: 'g', source: LINK, account: 'kim@example.com' });

const renamed = (over: Partial<Parameters<typeof jobResult>[0]>): JobView =>
  jobView({
    id: 'r',
    title: 'Vendor call',
    source: LINK,
    account: 'kim@example.com',
    status: 'completed',
    group: 'done',
    stages: stagesUpTo(null),
    result: jobResult({ title: 'Vendor call', ...over }),
  });

describe('the settings', () => {
  test('take a client from the downloaded file or from two values', async () => {
    const { backend, user, sheet } = await withSettings({ google: { client_id: null, accounts: [] } });
    expect(within(sheet).getByText('Not set up')).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.type(within(sheet).getByRole('textbox', { name: 'Client ID' }), ' 1.apps{Enter}');
    const secret = within(sheet).getByRole('textbox', { name: 'Client secret' });
    expect(document.activeElement).toBe(secret);
    await user.type(secret, 'shh');
    secret.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
    expect(backend.calls).toEqual([]);
    await user.keyboard('{Enter}');
    expect(backend.calls).toEqual([['setGoogleClient', '1.apps', 'shh']]);
    expect(
      await within(sheet).findByText('Google is set up. Sign in next.', { selector: '.told' }),
    ).toBeDefined();
    await user.click(within(sheet).getByRole('button', { name: 'Change' }));
    await user.click(within(sheet).getByRole('button', { name: 'Choose the downloaded file…' }));
    expect(backend.calls.slice(1)).toEqual([
      ['pickFiles', 'google_client'],
      ['readGoogleClient', '/home/kim/Downloads/client_secret_409218.json'],
    ]);
  });

  test('sign in with the least access, and with more only when asked to', async () => {
    const { backend, user, sheet } = await withSettings({ google: { accounts: [] }, browserWaits: true });
    expect(within(sheet).getByText('Debrief sees only the files that you choose.')).toBeDefined();
    const signIn = within(sheet).getByRole('button', { name: 'Sign in with Google' });
    await user.click(signIn);
    expect(await within(sheet).findByText('Waiting for your browser…')).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Show again' }));
    await user.click(within(sheet).getByRole('button', { name: 'Cancel the sign-in' }));
    await user.click(await within(sheet).findByRole('checkbox', { name: 'Access to all of Drive' }));
    await user.click(within(sheet).getByRole('button', { name: 'Sign in with Google' }));
    backend.google.answer();
    expect(await within(sheet).findByText('kim@example.com')).toBeDefined();
    expect(within(sheet).getByRole('status').textContent).toBe('Signed in to Google as kim@example.com.');
    expect(backend.calls).toEqual([
      ['signInGoogle', 'picked_files'],
      ['signInGoogle', 'picked_files'],
      ['cancelSignIn'],
      ['signInGoogle', 'all_files'],
    ]);
  });

  test('name the account whose sign-in has expired, and ask before signing out', async () => {
    const accounts = [accountView({ signed_in: false, waiting_jobs: 3, access: 'all_files' })];
    const { backend, user, sheet } = await withSettings({ google: { accounts } });
    expect(within(sheet).getByText('Sign-in expired · 3 jobs wait')).toBeDefined();
    await user.click(within(sheet).getByRole('button', { name: 'Sign in: kim@example.com' }));
    expect(backend.calls).toEqual([['signInGoogle', 'all_files']]);
    const signOut = await within(sheet).findByRole('button', { name: 'Sign out: kim@example.com' });
    await user.click(signOut);
    expect(backend.calls).toHaveLength(1);
    expect(document.activeElement).toBe(within(sheet).getByRole('button', { name: 'Stay signed in' }));
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Sign out' }));
    expect(backend.calls.at(-1)).toEqual(['signOutGoogle', 'kim']);
    await waitFor(() => expect(within(sheet).queryByText('kim@example.com')).toBeNull());
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
  });

  test('offer a choice when the keychain can’t be used, and say what was chosen', async () => {
    const { backend, user, sheet } = await withSettings({ google: { keychain_problem: KEYCHAIN_PROBLEM } });
    expect(within(sheet).getByText(KEYCHAIN_PROBLEM.what)).toBeDefined();
    expect(within(sheet).getByRole('button', { name: 'Try the keychain again' })).toBeDefined();
    await user.click(
      within(sheet).getByRole('button', { name: 'Keep them in a file that only you can read' }),
    );
    expect(backend.calls).toEqual([['keepSecrets', 'file']]);
    expect(
      await within(sheet).findByText('Sign-ins are kept in a file that only you can read.'),
    ).toBeDefined();
    expect(within(sheet).getByText(KEYCHAIN_PROBLEM.what)).toBeDefined();
  });

  test('say that a token from the environment is used', async () => {
    const { sheet } = await withSettings({ google: { from_environment: true, accounts: [] } });
    expect(within(sheet).getByText('A token from the environment is used for this run.')).toBeDefined();
  });

  test('watch folders of this computer at once, those in Drive with access to all of it', async () => {
    const { backend, user, sheet } = await withSettings();
    await user.click(within(sheet).getByRole('button', { name: 'Choose folder…' }));
    const field = within(sheet).getByRole('textbox', { name: 'Link to a folder in Google Drive' });
    const folder = 'https://drive.google.com/drive/folders/1meet';
    await user.type(field, `${folder}{Enter}`);
    expect(
      await within(sheet).findByText(/Give it access to all of Drive, then/u, { selector: '.trouble p' }),
    ).toBeDefined();
    await user.click(within(sheet).getByRole('button', { name: 'Give access to all of Drive' }));
    await user.click(within(sheet).getByRole('button', { name: 'Watch' }));
    expect(await within(sheet).findByText('Meet Recordings')).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Stop watching Recordings' }));
    expect(backend.calls).toEqual([
      ['pickFiles', 'folder'],
      ['watchFolder', '/home/kim/Recordings'],
      ['watchFolder', folder],
      ['signInGoogle', 'all_files'],
      ['watchFolder', folder],
      ['unwatchFolder', '/home/kim/Recordings'],
    ]);
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
  });

  test('choose for each watched folder whether what lies beside its recordings is attached', async () => {
    const folder = (name: string): WatchedFolder => ({
      id: name,
      place: `/home/kim/${name}`,
      name,
      kind: 'local',
      companions: true,
      problem: null,
    });
    const { backend, user, sheet } = await withSettings({ folders: [folder('Talks'), folder('Meetings')] });
    const choice = async (name: string) =>
      within(await within(sheet).findByRole('group', { name })).getByRole('checkbox', {
        name: 'Attach the chat and the attendance list that lie beside a recording',
      });
    const checked = async () => [
      ((await choice('Talks')) as HTMLInputElement).checked,
      ((await choice('Meetings')) as HTMLInputElement).checked,
    ];
    await user.click(await choice('Meetings'));
    expect(backend.calls).toEqual([['setWatchCompanions', 'Meetings', false]]);
    expect(await checked()).toEqual([true, false]);
    expect(await axeViolations()).toEqual([]);
    backend.refuseNext = { code: 'internal', what: 'The disk is full.', fix: 'Make room.' };
    await user.click(await choice('Talks'));
    expect(await within(sheet).findByText('The disk is full.')).toBeDefined();
    expect(await checked()).toEqual([true, false]);
  });

  test('mark a sandbox in the window for as long as it is used', async () => {
    const { user, sheet } = await withSettings();
    await user.type(
      within(sheet).getByRole('textbox', { name: 'Use a sandbox instead of Google and Notion' }),
      'http://127.0.0.1:4010{Enter}',
    );
    await within(sheet).findByRole('button', { name: 'Use Google and Notion again' });
    await user.click(within(sheet).getByRole('button', { name: 'Close settings' }));
    expect(screen.getByText('Sandbox: 127.0.0.1:4010, not Google or Notion')).toBeDefined();
  });
});

test('a dropped Google client is taken, and said so', async () => {
  const { backend } = await opened({ google: { client_id: null, accounts: [] } });
  backend.drag({ kind: 'over', paths: ['/a/client_secret_1.json'] });
  expect(await screen.findByText('Let go to set up Google')).toBeDefined();
  backend.drag({ kind: 'dropped', paths: ['/a/client_secret_1.json'] });
  expect(await screen.findAllByText('Google is set up. Sign in next.')).toHaveLength(2);
  expect(backend.calls).toEqual([['readGoogleClient', '/a/client_secret_1.json']]);
});

describe('a link in the composer', () => {
  test('is looked up once typing has paused, and shows name, size and length', async () => {
    const { backend, user } = await opened();
    const field = screen.getByRole('textbox');
    await user.type(field, LINK);
    expect(await screen.findByText('Customer interview.m4a · 45.0 MB · 0:54:01')).toBeDefined();
    expect(backend.lookedUp.at(-1)).toBe(LINK);
    expect(backend.lookedUp.length).toBeLessThan(10);
    const note = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(note?.textContent).toContain('Customer interview.m4a');
  });

  test('that needs a sign-in offers it, and can be processed all the same', async () => {
    const { backend, user } = await opened({ google: { accounts: [] } });
    const field = screen.getByRole('textbox');
    await user.click(field);
    await user.paste(LINK);
    const signIn = await screen.findByRole('button', { name: 'Sign in: Google Drive link' });
    expect(screen.getByRole('status').textContent).toContain('This link needs a Google sign-in.');
    expect(await axeViolations()).toEqual([]);
    await user.click(signIn);
    expect(await screen.findByText(/^Customer interview\.m4a/u)).toBeDefined();
    expect(document.activeElement).toBe(field);
    await user.click(screen.getByRole('button', { name: 'Process' }));
    expect(backend.calls).toEqual([
      ['signInGoogle', 'picked_files'],
      ['processFile', LINK, []],
    ]);
  });

  test('that was processed before can be opened or processed again', async () => {
    const processed = { job_id: 'r', at: '2026-11-12T09:30:00Z', here: true };
    const { backend, user } = await opened({
      jobs: [renamed({})],
      looks: { [LINK]: { name: 'Call.m4a', processed } },
    });
    const field = screen.getByRole<HTMLInputElement>('textbox');
    await user.click(field);
    await user.paste(LINK);
    await user.click(await screen.findByRole('button', { name: 'Open: Call.m4a' }));
    expect(field.value).toBe('');
    await waitFor(() => expect(backend.calls).toEqual([['openPage', 'r']]));
    await user.click(field);
    await user.paste(`${LINK}\n/b.m4a`);
    await user.click(await screen.findByRole('button', { name: 'Process again: Call.m4a' }));
    expect(backend.calls.slice(1)).toEqual([['processFile', LINK, []]]);
    expect(screen.getByRole('list', { name: 'Recordings to process' }).children).toHaveLength(1);
  });

  test('takes documents in Drive along by their links', async () => {
    const { backend, user } = await opened();
    const agenda = 'https://docs.google.com/document/d/1AbCdEfGhIjKlMnOp/edit';
    await user.click(screen.getByRole('textbox'));
    await user.paste('/a.m4a\n/b.m4a');
    await user.click(
      screen.getByRole('button', { name: 'Attach a link to a PDF, Google Doc or Slides to b.m4a' }),
    );
    const field = screen.getByRole('textbox', { name: /^Link to a PDF/u });
    expect(document.activeElement).toBe(field);
    await user.type(field, 'agenda.pdf{Enter}');
    expect(screen.getByRole('alert').textContent).toContain('This isn’t a Google Drive link.');
    await user.clear(field);
    await user.paste(agenda);
    await user.keyboard('{Enter}');
    await user.click(screen.getByRole('button', { name: 'Process 2' }));
    expect(backend.calls).toEqual([
      ['processFile', '/a.m4a', []],
      ['processFile', '/b.m4a', [agenda]],
    ]);
  });
});

describe('a job that needs Google', () => {
  test.each([
    ['sign_in_expired', 'Sign in', ['signInGoogle', 'picked_files']],
    ['pick_needed', 'Choose file', ['chooseInGoogle', null, 'g']],
    ['no_access', 'Switch account', ['signInGoogle', 'picked_files']],
  ])('for %s offers "%s"', async (code, action, call) => {
    const { backend, user } = await opened({ jobs: [needsGoogle(code)] });
    await user.click(screen.getByRole('button', { name: `${action}: Board` }));
    expect(backend.calls[0]).toEqual(call);
    await waitFor(() => expect(backend.jobs.get('g')?.group).toBe('waiting'));
  });

  test.each([
    ['google_client_missing', 'Set up Google'],
    ['no_keychain', 'Open settings'],
  ])('for %s offers "%s", which gives the focus back', async (code, action) => {
    const { user } = await opened({ jobs: [needsGoogle(code)] });
    const button = screen.getByRole('button', { name: `${action}: Board` });
    await user.click(button);
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    await user.click(within(sheet).getByRole('button', { name: 'Close settings' }));
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  test.each([
    ['en', 'Copy request', 'Could you allow downloads for it'],
    ['zh-TW', '複製請求訊息', '能否請您開放下載'],
  ] as const)('whose owner forbids downloads offers words to ask with, %s', async (locale, action, words) => {
    const { user } = await opened({ jobs: [needsGoogle('download_forbidden')] }, locale);
    const write = vi.spyOn(navigator.clipboard, 'writeText');
    const [button] = screen.getAllByRole('button', { name: new RegExp(`^${action}`, 'u') });
    await user.click(button as HTMLElement);
    await waitFor(() => expect(write).toHaveBeenCalledOnce());
    expect(write.mock.calls[0]?.[0]).toContain(words);
    expect(write.mock.calls[0]?.[0]).toContain(LINK);
  });

  test('tries again now when asked to while it waits', async () => {
    const retrying = jobView({
      id: 'o',
      title: 'Standup',
      retry_at: new Date(Date.now() + 60_000).toISOString(),
      stage: 'fetch',
      stages: stagesUpTo('fetch', 'stopped'),
    });
    const { backend, user } = await opened({ jobs: [retrying] });
    await user.click(screen.getByRole('button', { name: 'Retry now: Standup' }));
    expect(backend.calls).toEqual([['retryJob', 'o', null]]);
  });
});

describe('the details', () => {
  test('offer the name that the recording could not be given', async () => {
    const warnings = [{ code: 'rename_not_allowed', text: 'Only the owner may rename it.' }];
    const { user } = await opened({ jobs: [renamed({ name_to_copy: 'New name.m4a', warnings })] });
    const write = vi.spyOn(navigator.clipboard, 'writeText');
    const pane = screen.getByRole('complementary');
    await user.click(within(pane).getByRole('button', { name: 'Copy name' }));
    expect(await within(pane).findByRole('button', { name: 'Copied' })).toBeDefined();
    expect(write).toHaveBeenCalledExactlyOnceWith('New name.m4a');
    expect(within(pane).getByText('kim@example.com')).toBeDefined();
    expect(await axeViolations()).toEqual([]);
  });

  test('undo a rename', async () => {
    const { backend, user } = await opened({ jobs: [renamed({ renamed_from: 'GMT2026.m4a' })] });
    const pane = screen.getByRole('complementary');
    expect(within(pane).getByText('Renamed from “GMT2026.m4a”')).toBeDefined();
    await user.click(within(pane).getByRole('button', { name: 'Undo rename' }));
    expect(backend.calls).toEqual([['undoRename', 'r']]);
    await waitFor(() => expect(within(pane).queryByText('Renamed from “GMT2026.m4a”')).toBeNull());
    await waitFor(() => expect(pane.contains(document.activeElement)).toBe(true));
  });
});
