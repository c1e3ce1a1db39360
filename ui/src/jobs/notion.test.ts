import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { NotionPlaces, NotionView } from '../backend/backend';
import { jobResult, jobView, MemoryBackend, needing, notionResult } from '../backend/memory';
import {
  NOTION_NO_ACCESS,
  NOTION_REVOKED,
  notionAbsent,
  notionConnection,
  type NotionOptions,
  notionPlace,
  notionProperties,
  notionView,
} from '../backend/memory-notion';
import { pageOf } from './groups';
import { PlaceSearch } from './notion-places.svelte';
import { Notion, notionHealthOf, type NotionListener } from './notion.svelte';
import { otherRemedyOfJob, remedyOf, remedyOfJob } from './remedies';

async function connection(options: NotionOptions = {}) {
  const backend = new MemoryBackend(options);
  const heard = {
    connected: vi.fn<NotionListener['connected']>(),
    placed: vi.fn<NotionListener['placed']>(),
    created: vi.fn<NotionListener['created']>(),
    tested: vi.fn<NotionListener['tested']>(),
    testRemoved: vi.fn<NotionListener['testRemoved']>(),
    refused: vi.fn<NotionListener['refused']>(),
    changed: vi.fn<NotionListener['changed']>(),
  };
  const notion = new Notion(backend, heard);
  await notion.refresh();
  return { backend, heard, notion };
}

test.each<[string, Partial<NotionView>]>([
  ['connected', {}],
  ['not_connected', { connection: null, place: null }],
  ['refused', { problem: NOTION_REVOKED }],
  ['refused', { connection: null, problem: NOTION_REVOKED }],
  ['unplaced', { place: null, properties: [] }],
  ['unfit', { place_problem: NOTION_NO_ACCESS }],
  ['unfit', { properties: notionProperties().map((property) => ({ ...property, problem: 'No date.' })) }],
  ['environment', { connection: notionConnection({ kind: 'environment' }) }],
])('the connection is %s with %j', (health, over) => {
  expect(notionHealthOf(notionView(over), false)).toBe(health);
  expect(notionHealthOf(notionView(over), true)).toBe('waiting');
});

test('a token is checked, and a wrong one refused where it was pasted', async () => {
  const { backend, heard, notion } = await connection();
  const connecting = notion.connect('wrong');
  expect(notion.task).toBe('connect');
  // A second press changes nothing.
  expect(await notion.connect('wrong')).toBe(false);
  expect(await connecting).toBe(false);
  expect(notion.task).toBeNull();
  expect(notion.trouble?.part).toBe('connection');
  expect(await notion.connect('ntn_1')).toBe(true);
  expect(notion.trouble).toBeNull();
  expect(backend.calls).toEqual([
    ['connectNotion', 'wrong'],
    ['connectNotion', 'ntn_1'],
  ]);
  expect(heard.connected).toHaveBeenCalledExactlyOnceWith('Formosa Audio');
});

test('a sign-in whose page is shown again is told once, and one that is cancelled is no failure', async () => {
  const { backend, heard, notion } = await connection({ browserWaits: true });
  const signedIn = notion.signIn('id', 'secret');
  const again = notion.showAgain();
  expect(notion.waiting).toBe(true);
  backend.notion.answer();
  expect(await signedIn).toBe(true);
  await again;
  expect(notion.waiting).toBe(false);
  expect(heard.connected).toHaveBeenCalledOnce();
  const another = notion.signIn('', '');
  await notion.cancel();
  expect(await another).toBe(false);
  expect(heard.refused).not.toHaveBeenCalled();
  expect(backend.calls).toEqual([
    ['signInNotion', 'id', 'secret'],
    ['signInNotion', 'id', 'secret'],
    ['signInNotion', '', ''],
    ['cancelNotionSignIn'],
  ]);
});

test('a status asked for earlier never replaces a later answer', async () => {
  const { backend, notion } = await connection({ notion: {} });
  let answer: (view: NotionView) => void = () => undefined;
  vi.spyOn(backend, 'notionStatus').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const refreshed = notion.refresh();
  await notion.disconnect();
  answer(notionView());
  await refreshed;
  expect(notion.view?.connection).toBeNull();
});

test('missing properties are created, and how many is told', async () => {
  const { heard, notion } = await connection({ notion: { properties: notionProperties(['tags', 'date']) } });
  expect(await notion.createMissing()).toBe(true);
  expect(heard.created).toHaveBeenCalledExactlyOnceWith(2);
  expect(heard.changed).toHaveBeenCalled();
});

test('what is chosen for pages shows at once, is asked for in turn, and shows as it was when refused', async () => {
  const { backend, notion } = await connection({ notion: {} });
  const answers: (() => void)[] = [];
  vi.spyOn(backend, 'setPageOptions').mockImplementation(async (options) => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return backend.notion.setOptions(options);
  });
  const first = notion.setOptions({ upload_recording: false });
  const second = notion.setOptions({ language: 'en' });
  expect(notion.options).toMatchObject({ upload_recording: false, language: 'en' });
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.();
  await first;
  expect(notion.options).toMatchObject({ upload_recording: false, language: 'en' });
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.();
  await second;
  expect(backend.notion.view.options).toMatchObject({ upload_recording: false, language: 'en' });

  backend.refuseNext = NOTION_NO_ACCESS;
  const refused = notion.setDestination('folder');
  expect(notion.destination).toBe('folder');
  await refused;
  expect(notion.destination).toBe('notion');
  expect(notion.trouble?.part).toBe('pages');
});

test('a test page that cannot be written says why', async () => {
  const { backend, notion, heard } = await connection({ notion: {} });
  backend.refuseNext = NOTION_NO_ACCESS;
  await notion.writeTest();
  expect(notion.trouble).toEqual({ part: 'place', error: NOTION_NO_ACCESS });
  expect(notion.view?.test_page).toBeNull();
  await notion.writeTest();
  expect(notion.view?.test_page).toContain('notion.so');
  expect(heard.tested).toHaveBeenCalledOnce();
});

describe('the search for a place', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('waits until typing has paused', async () => {
    const backend = new MemoryBackend({ notion: {} });
    const search = new PlaceSearch(backend);
    search.type('h');
    search.type('hi');
    expect(search.searching).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(backend.searched).toEqual(['hi']);
    expect(search.places.map(({ id }) => id)).toEqual(['hiring', 'long']);
    expect(search.searching).toBe(false);
  });

  test('shows the answer to the last question only', async () => {
    const backend = new MemoryBackend({ notion: {} });
    const search = new PlaceSearch(backend);
    let late: (found: NotionPlaces) => void = () => undefined;
    vi.spyOn(backend, 'searchNotion').mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    const first = search.now();
    search.type('hiring');
    await vi.advanceTimersByTimeAsync(300);
    late({ places: [notionPlace({ id: 'late' })], cursor: 'more' });
    await first;
    expect(search.places.map(({ id }) => id)).toEqual(['hiring']);
    expect(search.cursor).toBeNull();
  });

  test('goes on where it stopped, and keeps what it has when that fails', async () => {
    const backend = new MemoryBackend({ notion: {} });
    const search = new PlaceSearch(backend);
    await search.now();
    expect(search.places).toHaveLength(6);
    backend.notion.refuseSearch = { code: 'offline', what: 'You’re offline.', fix: 'Try again.' };
    expect(await search.more()).toBe(false);
    expect(search.error?.code).toBe('offline');
    expect(search.places).toHaveLength(6);
    expect(await search.more()).toBe(true);
    expect(search.places).toHaveLength(8);
    expect(await search.more()).toBe(false);
    expect(backend.searched).toEqual(['', ' after 6', ' after 6']);
  });

  test('asks nothing for a pasted link', async () => {
    const backend = new MemoryBackend({ notion: {} });
    const search = new PlaceSearch(backend);
    search.type(' https://www.notion.so/0123456789abcdef0123456789abcdef ');
    await vi.advanceTimersByTimeAsync(1000);
    expect(search.pasted).toBe('https://www.notion.so/0123456789abcdef0123456789abcdef');
    expect(backend.searched).toEqual([]);
  });
});

describe('the remedy', () => {
  test.each([
    ['notion_not_connected', 'connect_notion'],
    ['notion_sign_in_expired', 'connect_notion'],
    ['notion_no_access', 'retry_notion'],
    ['notion_place_unset', 'choose_database'],
    ['notion_property_unfit', 'check_properties'],
    ['notion_refused', null],
  ])('for %s is %s', (code, remedy) => {
    expect(remedyOf(code)).toBe(remedy);
  });

  test('for a database that cannot be found is also to choose another', () => {
    const error = { ...NOTION_NO_ACCESS, stage: 'publish' as const, detail: null };
    const lost = jobView({ id: 'a', ...needing(error) });
    expect(remedyOfJob(lost)).toBe('retry_notion');
    expect(otherRemedyOfJob(lost)).toBe('choose_database');
    expect(otherRemedyOfJob(jobView({ id: 'a' }))).toBeNull();
  });
});

test('a page can be opened where it is, unless it was taken back', () => {
  const done = (result: ReturnType<typeof jobResult>) => jobView({ id: 'a', status: 'completed', result });
  expect(pageOf(jobView({ id: 'a' }))).toBeNull();
  expect(pageOf(done(jobResult({ title: 'a' })))).toBe('folder');
  expect(pageOf(done(notionResult({ title: 'a' })))).toBe('notion');
  expect(pageOf(done(notionResult({ title: 'a', page_undone: true })))).toBeNull();
  expect(pageOf(done(notionResult({ title: 'a', notion_page_url: null, page_undone: true })))).toBeNull();
});

test('nothing is connected before anybody has connected it', () => {
  expect(new MemoryBackend().notion.view).toEqual(notionAbsent());
});
