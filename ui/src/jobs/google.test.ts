import { describe, expect, test, vi } from 'vitest';

import type { GoogleView } from '../backend/backend';
import { jobView, MemoryBackend } from '../backend/memory';
import {
  accountView,
  type GoogleOptions,
  googleView,
  KEYCHAIN_PROBLEM,
  SIGN_IN_NEEDED,
} from '../backend/memory-google';
import { Google, type GoogleListener, healthOf } from './google.svelte';
import { remedyOf, remedyOfJob } from './remedies';

async function connection(options: GoogleOptions = {}) {
  const backend = new MemoryBackend(options);
  const heard = {
    signedIn: vi.fn<GoogleListener['signedIn']>(),
    chosen: vi.fn<GoogleListener['chosen']>(),
    clientTaken: vi.fn<GoogleListener['clientTaken']>(),
    refused: vi.fn<GoogleListener['refused']>(),
    changed: vi.fn<GoogleListener['changed']>(),
  };
  const google = new Google(backend, heard);
  await google.refresh();
  return { backend, heard, google };
}

test.each<[string, Partial<GoogleView>]>([
  ['connected', {}],
  ['signed_out', { accounts: [] }],
  ['not_set_up', { client_id: null, accounts: [] }],
  ['expired', { accounts: [accountView(), accountView({ id: 'work', signed_in: false })] }],
  ['unkept', { keychain_problem: KEYCHAIN_PROBLEM }],
  ['connected', { keychain_problem: KEYCHAIN_PROBLEM, secrets: 'session' }],
  ['environment', { from_environment: true, client_id: null }],
])('the connection is %s with %j', (health, over) => {
  expect(healthOf(googleView(over), false)).toBe(health);
  expect(healthOf(googleView(over), true)).toBe('waiting');
});

describe('a sign-in', () => {
  test('waits for the browser and says who is signed in now', async () => {
    const { backend, heard, google } = await connection({ google: { accounts: [] }, browserWaits: true });
    const signedIn = google.signIn('all_files');
    expect(google.waiting).toBe(true);
    backend.google.answer();
    expect(await signedIn).toBe(true);
    expect(google.waiting).toBe(false);
    expect(google.seesAll).toBe(true);
    expect(heard.signedIn).toHaveBeenCalledExactlyOnceWith('kim@example.com');
    expect(heard.changed).toHaveBeenCalledOnce();
  });

  test('whose page is shown again is told once', async () => {
    const { backend, heard, google } = await connection({ google: { accounts: [] }, browserWaits: true });
    const signedIn = google.signIn('picked_files');
    const again = google.showAgain();
    expect(backend.calls).toEqual([
      ['signInGoogle', 'picked_files'],
      ['signInGoogle', 'picked_files'],
    ]);
    backend.google.answer();
    await Promise.all([signedIn, again]);
    expect(heard.signedIn).toHaveBeenCalledOnce();
    expect(google.waiting).toBe(false);
  });

  test('that is cancelled is no failure', async () => {
    const { heard, google } = await connection({ google: { accounts: [] }, browserWaits: true });
    const signedIn = google.signIn('picked_files');
    await google.cancel();
    expect(await signedIn).toBe(false);
    expect(google.waiting).toBe(false);
    expect(google.error).toBeNull();
    expect(heard.refused).not.toHaveBeenCalled();
  });

  test('that is refused says why, once', async () => {
    const { backend, heard, google } = await connection({ google: { accounts: [] }, browserWaits: true });
    const refusal = { code: 'sign_in_failed', what: 'Access was not granted.', fix: 'Sign in again.' };
    vi.spyOn(backend, 'signInGoogle').mockRejectedValue(refusal);
    await Promise.all([google.signIn('picked_files'), google.showAgain()]);
    expect(google.error).toEqual(refusal);
    expect(heard.refused).toHaveBeenCalledExactlyOnceWith(refusal);
  });

  test('under way in the backend is shown too, and can be left', async () => {
    const { backend, google } = await connection({ google: { accounts: [], signing_in: true } });
    expect(google.waiting).toBe(true);
    await google.cancel();
    expect(backend.calls).toEqual([['cancelSignIn']]);
    expect(google.waiting).toBe(false);
  });

  test('a choice of files is shown again as a choice of files', async () => {
    const { backend, heard, google } = await connection({ browserWaits: true });
    const chosen = google.choose(null, 'job-1');
    void google.showAgain();
    backend.google.answer();
    await chosen;
    expect(backend.calls).toEqual([
      ['chooseInGoogle', null, 'job-1'],
      ['chooseInGoogle', null, 'job-1'],
    ]);
    expect(heard.chosen).toHaveBeenCalledOnce();
  });
});

test('a status asked for earlier never replaces a later answer', async () => {
  const { backend, google } = await connection();
  let answer: (view: GoogleView) => void = () => undefined;
  vi.spyOn(backend, 'googleStatus').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const refreshed = google.refresh();
  await google.signOut('kim');
  answer(googleView());
  await refreshed;
  expect(google.view?.accounts).toEqual([]);
});

test('a keychain that still fails says so, and the choice of another place is kept', async () => {
  const { google, heard } = await connection({ google: { keychain_problem: KEYCHAIN_PROBLEM } });
  expect(await google.keepSecrets('keychain')).toBe(false);
  expect(heard.refused).toHaveBeenCalledWith(KEYCHAIN_PROBLEM);
  expect(await google.keepSecrets('session')).toBe(true);
  expect(google.error).toBeNull();
  expect(google.view?.secrets).toBe('session');
});

test('the address of a sandbox is refused beside its own field', async () => {
  const { google } = await connection();
  expect(await google.useSandbox('https://example.com')).toBe(false);
  expect(google.sandboxError?.what).toBe('This is no address on this computer.');
  expect(google.error).toBeNull();
  expect(await google.useSandbox('http://127.0.0.1:4010')).toBe(true);
  expect(google.view?.sandbox).toBe('http://127.0.0.1:4010');
});

describe('the remedy', () => {
  test.each([
    ['sign_in_needed', 'sign_in'],
    ['sign_in_expired', 'sign_in'],
    ['pick_needed', 'choose_file'],
    ['google_client_missing', 'set_up'],
    ['no_access', 'switch_account'],
    ['download_forbidden', 'copy_request'],
    ['no_keychain', 'open_settings'],
    ['offline', 'retry_now'],
    ['quota_exceeded', null],
  ])('for %s is %s', (code, remedy) => {
    expect(remedyOf(code)).toBe(remedy);
  });

  test('of a job that waits for its next try is to try now', () => {
    const retrying = jobView({ id: 'a', stage: 'fetch', retry_at: '2026-11-23T10:00:40Z' });
    expect(remedyOfJob(retrying)).toBe('retry_now');
    expect(remedyOfJob(jobView({ id: 'a' }))).toBeNull();
  });

  test('of a job that has given up is not to try now, for it has its own Retry', () => {
    const error = { ...SIGN_IN_NEEDED, code: 'offline', stage: 'fetch' as const, detail: null };
    expect(remedyOfJob(jobView({ id: 'a', status: 'failed', group: 'done', error }))).toBeNull();
  });
});
