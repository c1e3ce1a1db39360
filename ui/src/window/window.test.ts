import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import type { JobView } from '../backend/backend';
import { jobResult, jobView, PAGE_FOLDER_GONE, stagesUpTo } from '../backend/memory';
import { axeViolations, opened } from '../test-window';

const working = jobView({
  id: 'w',
  title: 'Weekly review',
  status: 'processing',
  group: 'working',
  stage: 'transcribe',
  progress: 58,
  stage_progress: { done: 63, total: 100, unit: 'audio_ms' },
  stages: stagesUpTo('transcribe'),
});
const waiting = jobView({ id: 'v', title: 'Vendor call' });
const needy = jobView({
  id: 'n',
  title: 'Board prep',
  status: 'processing',
  group: 'needs_you',
  stage: 'publish',
  stages: stagesUpTo('publish', 'stopped'),
  error: PAGE_FOLDER_GONE,
});
const failed = jobView({
  id: 'f',
  title: 'notes.mp3',
  status: 'failed',
  group: 'done',
  stage: 'decode',
  stages: stagesUpTo('decode', 'stopped'),
  error: {
    code: 'not_a_recording',
    what: 'This file is neither audio nor video.',
    fix: 'Choose the recording itself.',
    stage: 'decode',
    detail: 'no suitable format reader',
  },
});
const completed: JobView = jobView({
  id: 'c',
  title: 'Hiring sync',
  status: 'completed',
  group: 'done',
  progress: 100,
  stages: stagesUpTo(null),
  result: jobResult({
    title: 'Hiring sync',
    summary: 'Two candidates go on.',
    todos: ['Send the invitations'],
    identified_speakers: { 'Speaker 1': 'Mei' },
    warnings: [{ code: 'extractive', text: 'The summary is made of sentences that were said.' }],
  }),
});

const row = (title: string) => screen.getByRole('button', { name: title });

describe('the window', () => {
  test.each(['en', 'zh-TW'] as const)('is accessible with jobs in every group, %s', async (locale) => {
    await opened({ jobs: [working, waiting, needy, failed, completed] }, locale);
    expect(await axeViolations()).toEqual([]);
  });

  test('is accessible when there is nothing yet', async () => {
    await opened();
    expect(screen.getByRole('button', { name: 'Try the sample' })).toBeDefined();
    expect(await axeViolations()).toEqual([]);
  });

  test('shows the groups in order, with their jobs', async () => {
    await opened({ jobs: [completed, failed, waiting, working, needy] });
    const groups = screen.getAllByRole('region').filter((region) => within(region).queryByRole('list'));
    const names = groups.map((group) => within(group).getByRole('heading').firstChild?.textContent?.trim());
    expect(names).toEqual(['Needs you', 'Working', 'Waiting', 'Done']);
  });

  test('tells what happened at the start, until it is read', async () => {
    const text = 'The database was damaged and was set aside.';
    const { user } = await opened({ jobs: [working], about: { notice: text } });
    const notice = await screen.findByRole('region', { name: 'Notice' });
    expect(within(notice).getByText(text)).toBeDefined();
    expect(await axeViolations()).toEqual([]);
    await user.click(within(notice).getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByText(text, { selector: 'p:not([role])' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('textbox'));
  });

  test('says why no engine is there', async () => {
    await opened({ about: { engine_ready: false, engine_hint: 'Install PocketSphinx.' } });
    expect(await screen.findByText('Install PocketSphinx.', { exact: false })).toBeDefined();
  });
});

describe('a row', () => {
  test('has a progress bar whose value is told only when it is known', async () => {
    const { backend } = await opened({ jobs: [working] });
    const bar = screen.getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe('58');
    expect(bar.getAttribute('aria-valuetext')).toBe('Transcribing, 58%');
    backend.send({
      kind: 'progress',
      id: 'w',
      progress: 60,
      stage_progress: null,
      in_line: false,
      message: '',
    });
    await waitFor(() => expect(bar.hasAttribute('aria-valuenow')).toBe(false));
    expect(bar.getAttribute('aria-valuetext')).toBe('Transcribing');
  });

  test('offers one main action that fits its state', async () => {
    const { backend, user } = await opened({ jobs: [needy, failed, completed] });
    await user.click(screen.getByRole('button', { name: 'Try again: Board prep' }));
    await user.click(screen.getByRole('button', { name: 'Retry: notes.mp3' }));
    await user.click(screen.getByRole('button', { name: 'Open page: Hiring sync' }));
    expect(backend.calls).toEqual([
      ['retryJob', 'n', null],
      ['retryJob', 'f', null],
      ['openPage', 'c'],
    ]);
  });

  test('says what to do when its job failed or needs the person', async () => {
    await opened({ jobs: [needy, failed] });
    const list = screen.getByRole('main');
    expect(within(list).getByText(PAGE_FOLDER_GONE.fix)).toBeDefined();
    expect(within(list).getByText('Choose the recording itself.')).toBeDefined();
  });

  test('cancels its own job alone, with Undo', async () => {
    const { backend, user } = await opened({ jobs: [working, waiting] });
    await user.click(screen.getByRole('button', { name: 'Cancel: Weekly review' }));
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(backend.calls).toEqual([
      ['cancelJob', 'w'],
      ['retryJob', 'w', null],
    ]);
    expect(document.activeElement).toBe(row('Weekly review'));
  });
});

describe('the keyboard', () => {
  test('reaches one row by Tab and the others by the arrows', async () => {
    const { user } = await opened({ jobs: [needy, working, waiting] });
    const titles = ['Board prep', 'Weekly review', 'Vendor call'].map(row);
    expect(titles.map((title) => title.tabIndex)).toEqual([0, -1, -1]);
    titles[0]?.focus();
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(titles[1]);
    await user.keyboard('{End}');
    expect(document.activeElement).toBe(titles[2]);
    expect(titles.map((title) => title.tabIndex)).toEqual([-1, -1, 0]);
    await user.keyboard('{Home}');
    expect(document.activeElement).toBe(titles[0]);
  });

  test('cancels, retries and pauses inside the list', async () => {
    const { backend, user } = await opened({ jobs: [working, failed] });
    row('Weekly review').focus();
    await user.keyboard('p');
    await user.keyboard('{Delete}');
    row('notes.mp3').focus();
    await user.keyboard('r');
    expect(backend.calls).toEqual([['pauseAll'], ['cancelJob', 'w'], ['retryJob', 'f', null]]);
  });

  test('keeps the focus on a job that changes its group', async () => {
    const { backend } = await opened({ jobs: [working, waiting] });
    row('Weekly review').focus();
    backend.change({ ...working, status: 'cancelled', group: 'done' });
    await waitFor(() => expect(screen.getByText('Cancelled · finished stages are kept')).toBeDefined());
    expect(document.activeElement).toBe(row('Weekly review'));
  });

  test('opens the details with Enter and comes back with Escape', async () => {
    const { user } = await opened({ jobs: [working, completed] });
    row('Hiring sync').focus();
    await user.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Hiring sync' }));
    await user.keyboard('{Escape}');
    expect(document.activeElement).toBe(row('Hiring sync'));
  });

  test('letters typed into the composer stay letters', async () => {
    const { backend, user } = await opened({ jobs: [working] });
    await user.type(screen.getByRole('textbox'), 'rp');
    expect(backend.calls).toEqual([]);
  });
});

describe('the composer', () => {
  test('ignores Enter while an input method composes', async () => {
    const { backend, user } = await opened();
    const field = screen.getByRole('textbox');
    await user.type(field, '/錄音.m4a');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
    expect(backend.calls).toEqual([]);
    await user.keyboard('{Enter}');
    expect(backend.calls).toEqual([['processFile', '/錄音.m4a', []]]);
  });

  test('tells a refusal, and keeps the text', async () => {
    const { backend, user } = await opened();
    backend.refuseNext = { code: 'missing_file', what: 'There is no such file.', fix: 'Check the path.' };
    const field = screen.getByRole<HTMLInputElement>('textbox');
    await user.type(field, '/gone.m4a{Enter}');
    expect(await screen.findByText('There is no such file.')).toBeDefined();
    expect(field.value).toBe('/gone.m4a');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByRole('status').textContent).toBe('There is no such file. Check the path.');
    expect(await axeViolations()).toEqual([]);
  });

  test('lines up several pasted recordings, each with its own PDFs', async () => {
    const { backend, user } = await opened();
    await user.click(screen.getByRole('textbox'));
    await user.paste('/a.m4a\n/b.m4a');
    await user.click(screen.getByRole('button', { name: 'Attach a file to b.m4a' }));
    expect(await axeViolations()).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Process 2' }));
    expect(backend.calls.slice(1)).toEqual([
      ['processFile', '/a.m4a', []],
      ['processFile', '/b.m4a', ['/home/kim/Documents/agenda.pdf']],
    ]);
  });

  test('makes jobs of dropped recordings and shows where to let go', async () => {
    const { backend } = await opened();
    backend.drag({ kind: 'over', paths: ['/a.m4a'] });
    expect(await screen.findByText('Let go to process')).toBeDefined();
    backend.drag({ kind: 'dropped', paths: ['/a.m4a'] });
    await waitFor(() => expect(row('a.m4a')).toBeDefined());
    expect(screen.queryByText('Let go to process')).toBeNull();
  });
});

describe('the details', () => {
  test('of a finished job offer every stage to run again from', async () => {
    const { backend, user } = await opened({ jobs: [completed] });
    const pane = screen.getByRole('complementary');
    expect(within(pane).getByText('Two candidates go on.')).toBeDefined();
    expect(within(pane).getByRole('list', { name: 'Speakers' }).textContent).toContain('Mei (Speaker 1)');
    expect(within(pane).getAllByRole('button', { name: /^Run again from here/u })).toHaveLength(8);
    await user.click(within(pane).getByRole('button', { name: 'Run again from here: Summarise' }));
    expect(backend.calls).toEqual([['retryJob', 'c', 'summarize']]);
  });

  test('of a page that has every correction offer to write it again at its stage alone', async () => {
    const { backend, user } = await opened({ jobs: [completed] });
    const pane = screen.getByRole('complementary');
    expect(within(pane).queryByRole('button', { name: /^Update/u })).toBeNull();
    await user.click(within(pane).getByRole('button', { name: 'Run again from here: Write the page' }));
    expect(backend.calls).toEqual([['updatePage', 'c']]);
  });

  test('of a page that lacks corrections offer to write it again with them', async () => {
    const { backend, user } = await opened({ jobs: [{ ...completed, page_outdated: true }] });
    const pane = screen.getByRole('complementary');
    expect(within(pane).queryByRole('button', { name: 'Update Notion page' })).toBeNull();
    expect(within(pane).getByText('Corrected since the page was written.')).toBeDefined();
    await user.click(within(pane).getByRole('button', { name: 'Update page' }));
    expect(backend.calls).toEqual([['updatePage', 'c']]);
    await waitFor(() => expect(pane.contains(document.activeElement)).toBe(true));
    // Until it is written there is nothing to update.
    expect(within(pane).queryByRole('button', { name: 'Update page' })).toBeNull();
  });

  test('of a running job offer none', async () => {
    await opened({ jobs: [working] });
    expect(screen.queryAllByRole('button', { name: /^Run again from here/u })).toEqual([]);
  });

  test('of a failed job show the technical cause, and delete only after asking', async () => {
    const { backend, user } = await opened({ jobs: [failed] });
    const pane = screen.getByRole('complementary');
    expect(within(pane).getByText('not_a_recording: no suitable format reader')).toBeDefined();
    await user.click(within(pane).getByRole('button', { name: 'Delete from list' }));
    expect(backend.calls).toEqual([]);
    await user.click(within(pane).getByRole('button', { name: 'Delete from list' }));
    expect(backend.calls).toEqual([['deleteJob', 'f']]);
    await waitFor(() => expect(screen.queryByText('notes.mp3')).toBeNull());
  });

  test('never let the focus fall into nothing', async () => {
    const { user } = await opened({ jobs: [failed, completed] });
    await user.click(row('notes.mp3'));
    const pane = screen.getByRole('complementary');
    await user.click(within(pane).getByRole('button', { name: 'Retry' }));
    const heading = within(pane).getByRole('heading', { name: 'notes.mp3' });
    await waitFor(() => expect(document.activeElement).toBe(heading));
    await user.click(row('Hiring sync'));
    await user.click(within(pane).getByRole('button', { name: 'Delete from list' }));
    await user.click(within(pane).getByRole('button', { name: 'Delete from list' }));
    await waitFor(() => expect(document.activeElement).toBe(row('notes.mp3')));
  });
});

test('a failure is said at once', async () => {
  const { backend } = await opened({ jobs: [working] });
  backend.change({ ...failed, id: 'w', title: 'Weekly review' });
  await waitFor(() =>
    expect(screen.getByRole('status').textContent).toBe(
      'Weekly review failed. This file is neither audio nor video. Choose the recording itself.',
    ),
  );
});

test('a refusal is said once', async () => {
  const { backend, user } = await opened({ jobs: [failed] });
  backend.retryJob = () =>
    Promise.reject({ code: 'bad_request', what: 'It has gone.', fix: 'Look at the list again.' });
  const said: (string | null)[] = [];
  const status = screen.getByRole('status');
  new MutationObserver(() => said.push(status.textContent)).observe(status, {
    childList: true,
    subtree: true,
    characterData: true,
  });
  await user.click(within(screen.getByRole('complementary')).getByRole('button', { name: 'Retry' }));
  expect(await screen.findByText('It has gone.')).toBeDefined();
  await waitFor(() => expect(said).toEqual(['It has gone. Look at the list again.']));
});
