// The transcript and the notes of a job: read, corrected, searched, by keyboard alone too.

import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';

import { asCommandError, type JobView, type TranscriptView } from '../backend/backend';
import { MemoryBackend, stagesUpTo } from '../backend/memory';
import { meeting, recordedJob, speakerView } from '../backend/record-scenes';
import { type Locale, wordsIn } from '../text/text';
import { axeViolations } from '../test-window';
import Window from '../window/Window.svelte';

const REFUSED = asCommandError(new Error('The disk is full.'));

async function withRecord(
  record: TranscriptView = meeting(false),
  { locale = 'en', over = {} }: { locale?: Locale; over?: Partial<JobView> } = {},
) {
  const backend = new MemoryBackend({ jobs: [recordedJob('r', record, over)], records: { r: record } });
  render(Window, { backend, words: wordsIn(locale) });
  const user = userEvent.setup();
  const open = await screen.findByRole('button', { name: wordsIn(locale).t('record-open') });
  await user.click(open);
  const sheet = await screen.findByRole('dialog', {
    name: wordsIn(locale).t('record', { title: record.title }),
  });
  await waitFor(() => expect(within(sheet).getAllByRole('article').length).toBeGreaterThan(0));
  return { backend, user, sheet, open };
}

function turn(name: string): HTMLElement {
  return screen.getByRole('article', { name });
}
/** Turns that speakers whose name begins so have. */
const turnsOf = (name: string) => screen.queryAllByRole('article', { name: new RegExp(`^${name}, `, 'u') });
const part = (name: string) => screen.getByRole('list', { name });
const heard = () => screen.getAllByRole('status').map((region) => region.textContent);

describe('a record', () => {
  test.each(['en', 'zh-TW'] as const)(
    'is accessible, and its words have their language, %s',
    async (locale) => {
      const { sheet } = await withRecord(meeting(locale === 'zh-TW'), { locale });
      expect(await axeViolations()).toEqual([]);
      const words = within(sheet).getAllByRole('article')[0]?.querySelector('[lang]');
      expect(words?.getAttribute('lang')).toBe(locale === 'zh-TW' ? 'zh-Hant' : 'en');
    },
  );

  test('tells what the model claimed without evidence, and why it isn’t believed', async () => {
    await withRecord();
    const unverified = part('Unverified');
    expect(within(unverified).getByText(/Send the press release/u)).toBeDefined();
    expect(within(unverified).getByText(/somebody whom nobody mentioned/u)).toBeDefined();
  });

  test('leads from a point of the notes to its words', async () => {
    const { user } = await withRecord();
    await user.click(within(part('Decisions')).getAllByRole('button', { name: /^Go to/u })[0] as HTMLElement);
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Then we decide'));
  });

  test('gives the focus back to what opened it', async () => {
    const { user, open } = await withRecord();
    await user.click(screen.getByRole('button', { name: 'Close transcript' }));
    await waitFor(() => expect(document.activeElement).toBe(open));
  });

  test('of a running job can be read and not corrected', async () => {
    await withRecord(meeting(false), {
      over: { status: 'processing', group: 'working', stage: 'summarize', stages: stagesUpTo('summarize') },
    });
    expect(screen.getByText(/It can be corrected once that is done/u)).toBeDefined();
    expect(screen.queryAllByRole('button', { name: /^Correct/u })).toEqual([]);
  });

  test('without speakers offers to look for them again', async () => {
    const record = meeting(false);
    const { backend, user } = await withRecord({
      ...record,
      speakers: [],
      segments: record.segments.map((segment) => ({ ...segment, speaker: null })),
    });
    expect(screen.getByText('Speakers weren’t found.')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(backend.calls).toEqual([['retryJob', 'r', 'diarize']]);
  });

  test('that can’t be read says why, and is read again', async () => {
    const record = meeting(false);
    const backend = new MemoryBackend({ jobs: [recordedJob('r', record)], records: { r: record } });
    render(Window, { backend, words: wordsIn('en') });
    const user = userEvent.setup();
    const open = await screen.findByRole('button', { name: 'Open transcript' });
    backend.refuseNext = REFUSED;
    await user.click(open);
    expect(await screen.findByText('The disk is full.')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getAllByRole('article').length).toBeGreaterThan(0));
  });
});

describe('a speaker', () => {
  test('is named everywhere with F2, from names that are known, and the voice is kept only when asked to', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('{F2}');
    const field = await screen.findByLabelText('Name of Speaker 3');
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(await axeViolations()).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Priya' }));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(turnsOf('Priya')).toHaveLength(4));
    expect(backend.calls).toEqual([['nameSpeaker', 'r', 'Speaker 3', 'Priya', false]]);
    // In the record, and in the details behind it.
    expect(await screen.findAllByText('Corrected since the page was written.')).toHaveLength(2);
  });

  test('shows why the name is believed', async () => {
    const { user } = await withRecord();
    turn('Ana, 0:01').focus();
    await user.keyboard('{F2}');
    expect(await screen.findByText('Ana — said “this is Ana” at 0:01, 92 %')).toBeDefined();
  });

  test('is named in one turn only when that is wanted', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('{F2}');
    await user.type(await screen.findByLabelText('Name of Speaker 3'), 'Mei');
    await user.click(screen.getByRole('radio', { name: 'This turn only' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(turnsOf('Mei')).toHaveLength(1));
    expect(turnsOf('Speaker 3')).toHaveLength(3);
    expect(backend.calls).toEqual([
      ['moveSegments', 'r', [3], null],
      ['nameSpeaker', 'r', 'Speaker 4', 'Mei', false],
    ]);
  });

  test('whose name somebody has already becomes one with them', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('{F2}');
    await user.type(await screen.findByLabelText('Name of Speaker 3'), 'Jonas');
    expect(screen.getByText('Jonas speaks here already. Speaker 3 becomes one with them.')).toBeDefined();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(turnsOf('Speaker 3')).toEqual([]));
    expect(backend.calls).toEqual([['mergeSpeakers', 'r', 'Speaker 3', 'Speaker 2']]);
  });

  test('is merged into another', async () => {
    const { backend, user } = await withRecord();
    turn('Jonas, 0:08').focus();
    await user.keyboard('{F2}');
    await user.selectOptions(await screen.findByLabelText('The same person as'), 'Ana');
    await user.click(screen.getByRole('button', { name: 'Merge' }));
    await waitFor(() => expect(turnsOf('Jonas')).toEqual([]));
    expect(backend.calls).toEqual([['mergeSpeakers', 'r', 'Speaker 2', 'Speaker 1']]);
  });

  test('whose name is refused says why, and keeps what was typed', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('{F2}');
    const field = await screen.findByLabelText<HTMLInputElement>('Name of Speaker 3');
    backend.refuseNext = REFUSED;
    await user.type(field, 'Mei{Enter}');
    expect(await screen.findByText('The disk is full.')).toBeDefined();
    expect(field.value).toBe('Mei');
  });

  test('is named from the details of the job too', async () => {
    const record = meeting(false, { speakers: [speakerView({ index: 0, has_voice: true })] });
    record.segments = record.segments.map((segment) => ({ ...segment, speaker: 0 }));
    const backend = new MemoryBackend({ jobs: [recordedJob('r', record)], records: { r: record } });
    render(Window, { backend, words: wordsIn('en') });
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: /^Name.*Speaker 1/u }));
    await user.type(await screen.findByLabelText('Name of Speaker 1'), 'Mei');
    await user.click(screen.getByRole('checkbox', { name: 'Remember this voice' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(screen.getAllByRole('list', { name: 'Speakers' })[0]?.textContent).toContain('Mei (Speaker 1)'),
    );
    expect(backend.calls).toEqual([['nameSpeaker', 'r', 'Speaker 1', 'Mei', true]]);
  });
});

describe('the transcript', () => {
  test('is walked through with the arrows, one turn is reached by Tab', async () => {
    const { user, sheet } = await withRecord();
    const turns = within(sheet).getAllByRole('article');
    expect(turns.filter((each) => each.tabIndex === 0)).toHaveLength(1);
    turns[0]?.focus();
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(turns[1]);
    await user.keyboard('{End}');
    expect(document.activeElement).toBe(turns.at(-1));
    await user.keyboard('{Home}');
    expect(document.activeElement).toBe(turns[0]);
  });

  test('gives the focused turn to another speaker with a digit, and keeps the focus on it', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('1');
    await waitFor(() => expect(turn('Ana, 0:23')).toBeDefined());
    expect(backend.calls).toEqual([['moveSegments', 'r', [3], 'Speaker 1']]);
    await waitFor(() => expect(document.activeElement).toBe(turn('Ana, 0:23')));
    expect(heard()).toContain('1 passage is Ana’s now.');
    await user.keyboard('9');
    expect(backend.calls).toHaveLength(1);
  });

  test('moves selected passages to a new speaker', async () => {
    const { backend, user } = await withRecord();
    const turns = screen.getAllByRole('article');
    turns[1]?.focus();
    await user.keyboard('x');
    await user.click(screen.getByRole('checkbox', { name: 'Select 0:08' }));
    const bar = screen.getByRole('region', { name: 'Selected passages' });
    expect(within(bar).getByText('1 passage selected, at 0:15')).toBeDefined();
    await user.click(within(bar).getByRole('button', { name: 'Move' }));
    await waitFor(() => expect(turnsOf('Speaker 4')).toHaveLength(1));
    expect(backend.calls).toEqual([['moveSegments', 'r', [2], null]]);
    expect(screen.queryByRole('region', { name: 'Selected passages' })).toBeNull();
  });

  test('is corrected in place: Enter saves, Escape gives up, and an input method keeps its Enter', async () => {
    const { backend, user } = await withRecord();
    turn('Ana, 0:01').focus();
    await user.keyboard('{Enter}');
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Words at 0:01' });
    expect(document.activeElement).toBe(field);
    await user.type(field, ' x');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toBe(turn('Ana, 0:01')));
    await user.keyboard('{Enter}');
    const again = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Words at 0:01' });
    await user.clear(again);
    await user.type(again, 'Good day.');
    again.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
    expect(backend.calls).toEqual([]);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(turn('Ana, 0:01').textContent).toContain('Good day.'));
    expect(backend.calls).toEqual([['editSegment', 'r', 0, 'Good day.']]);
    await waitFor(() => expect(document.activeElement).toBe(turn('Ana, 0:01')));
  });

  test('keeps words whose correction is refused', async () => {
    const { user } = await withRecord();
    await user.click(screen.getByRole('button', { name: 'Correct: Words at 0:01' }));
    await user.clear(await screen.findByRole('textbox', { name: 'Words at 0:01' }));
    await user.keyboard('{Enter}');
    expect(await screen.findByText('A passage can’t be left without words.')).toBeDefined();
    expect(screen.getByRole('textbox', { name: 'Words at 0:01' })).toBeDefined();
  });

  test('is searched with Ctrl+F, forward and backward, and of one speaker alone', async () => {
    const { user, sheet } = await withRecord();
    await user.keyboard('{Control>}f{/Control}');
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Find in the transcript' }));
    await user.keyboard('chapter');
    await waitFor(() => expect(screen.getByText('1 of 3')).toBeDefined());
    await waitFor(() => expect(heard()).toContain('Found 3 times'));
    await user.keyboard('{Enter}');
    expect(screen.getByText('2 of 3')).toBeDefined();
    await user.keyboard('{Shift>}{Enter}{Enter}{/Shift}');
    expect(screen.getByText('3 of 3')).toBeDefined();
    expect(sheet.querySelector('mark.current')?.closest('article')?.textContent).toContain('Thursday');
    await user.selectOptions(screen.getByLabelText('Show'), 'Jonas');
    await waitFor(() => expect(screen.getByText('1 of 1')).toBeDefined());
    expect(turnsOf('Ana')).toEqual([]);
  });
});

describe('the notes', () => {
  test('are corrected, added to, put in another order and taken out', async () => {
    const { backend, user } = await withRecord();
    const decisions = () =>
      within(part('Decisions'))
        .getAllByRole('listitem')
        .map((row) => row.textContent?.trim());
    await user.click(screen.getByRole('button', { name: 'Add to: Decisions' }));
    await user.keyboard('The office stays closed.{Enter}');
    await waitFor(() => expect(decisions()).toHaveLength(3));
    await user.click(screen.getByRole('button', { name: 'Move up: The office stays closed.' }));
    await waitFor(() => expect(decisions()[1]).toContain('The office stays closed.'));
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move up: The office stays closed.');
    await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await waitFor(() => expect(decisions()[0]).toContain('The office stays closed.'));
    await user.click(screen.getByRole('button', { name: 'Remove: The office stays closed.' }));
    await waitFor(() => expect(decisions()).toHaveLength(2));
    expect(document.activeElement).not.toBe(document.body);
    await user.click(screen.getByRole('button', { name: 'Correct: Title' }));
    await user.clear(screen.getByRole('textbox', { name: 'Title' }));
    await user.keyboard('Release{Enter}');
    await waitFor(() => expect(screen.getByRole('heading', { name: /^Release/u, level: 1 })).toBeDefined());
    const edits = backend.calls.map(([, , edit]) => edit);
    expect(edits.at(-1)).toEqual({ title: 'Release' });
    expect(edits[1]).toEqual({
      decisions: [
        'The release stays on 3 December.',
        'The office stays closed.',
        'The new start screen is left out and comes in January.',
      ],
    });
    expect(await axeViolations()).toEqual([]);
  });

  test('give a to-do its person and its day', async () => {
    const { backend, user } = await withRecord();
    await user.click(screen.getByRole('button', { name: 'Correct: Think about who answers support mail' }));
    expect(await axeViolations()).toEqual([]);
    await user.type(screen.getByLabelText('Who'), 'Ana');
    await user.type(screen.getByLabelText('Due'), '2026-11-30');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(part('To-dos').textContent).toContain('Ana · by 30 Nov'));
    const [, , edit] = backend.calls[0] as [string, string, { todos: unknown[] }];
    expect(edit.todos[2]).toMatchObject({ assignee: 'Ana', due: '2026-11-30' });
    expect(edit.todos).toHaveLength(3);
  });

  test('that are refused say why', async () => {
    const { backend, user } = await withRecord();
    backend.refuseNext = REFUSED;
    await user.click(screen.getByRole('button', { name: 'Remove: Sign the installer' }));
    expect(await screen.findByText('The disk is full.')).toBeDefined();
    expect(part('To-dos').textContent).toContain('Sign the installer');
  });
});

describe('corrections', () => {
  test('are written to the page when asked to', async () => {
    const { backend, user, sheet } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('1');
    await user.click(await within(sheet).findByRole('button', { name: 'Update page' }));
    await waitFor(() => expect(screen.queryByText('Corrected since the page was written.')).toBeNull());
    expect(backend.calls.at(-1)).toEqual(['updatePage', 'r']);
  });

  test('are all undone, but only after asking', async () => {
    const { backend, user } = await withRecord();
    turn('Speaker 3, 0:23').focus();
    await user.keyboard('1');
    await user.click(await screen.findByRole('button', { name: 'Undo all corrections' }));
    await user.click(screen.getByRole('button', { name: 'Keep them' }));
    expect(backend.calls).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Undo all corrections' }));
    await user.click(screen.getByRole('button', { name: 'Undo all corrections' }));
    await waitFor(() => expect(turn('Speaker 3, 0:23')).toBeDefined());
    expect(backend.calls.at(-1)).toEqual(['revertEdits', 'r']);
    expect(document.activeElement).not.toBe(document.body);
  });

  test('come before the page, which Ctrl+Enter opens', async () => {
    const { backend, user } = await withRecord();
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(backend.calls).toEqual([['openPage', 'r']]);
  });
});

describe('the search', () => {
  async function searched(locale: Locale = 'en') {
    const chinese = meeting(true);
    const english = meeting(false);
    const backend = new MemoryBackend({
      jobs: [
        recordedJob('e', english, { created_at: '2026-11-12T10:00:00Z' }),
        recordedJob('c', chinese, { created_at: '2026-11-20T10:00:00Z' }),
      ],
      records: { e: english, c: chinese },
    });
    render(Window, { backend, words: wordsIn(locale) });
    await screen.findByRole('button', { name: english.title });
    const user = userEvent.setup();
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    return { backend, user, field };
  }

  test('shows the newest recordings first, and commands', async () => {
    const { user } = await searched();
    const options = screen.getAllByRole('option');
    expect(options.map((option) => option.textContent?.replaceAll(/\s+/gu, ' ').trim())).toEqual([
      '十二月三日發行 20 Nov',
      'Release on 3 December 12 Nov',
      'Settings',
      'Choose recordings',
      'Keys',
    ]);
    expect(await axeViolations()).toEqual([]);
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Settings' })).toBeDefined();
  });

  test('finds one Chinese character, marks it and opens its place', async () => {
    const { backend, user } = await searched();
    await user.keyboard('檔');
    const group = await screen.findByRole('group', { name: /十二月三日發行/u });
    expect(group.querySelector('mark')?.textContent).toBe('檔');
    expect(backend.asked).toEqual(['檔']);
    expect(await axeViolations()).toEqual([]);
    const spoken = within(group).getAllByRole('option', { name: /Transcript/u })[0] as HTMLElement;
    await user.click(spoken);
    expect(await screen.findByRole('dialog', { name: /十二月三日發行/u })).toBeDefined();
    await waitFor(() =>
      expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^建宏，|^建宏, /u),
    );
  });

  test('shows no day of a recording that is not there yet', async () => {
    const { backend, user } = await searched();
    const pieces = [{ text: 'Release', hit: true }];
    const hit = { job_id: 'e', title: 'Release', kind: 'title', at_ms: null, speaker: null, pieces } as const;
    backend.search = async () => [{ ...hit, pieces, date: '' }];
    await user.keyboard('release');
    expect(await screen.findByRole('group', { name: 'Release' })).toBeDefined();
  });

  test('says so when nothing is found, and asks only once typing has paused', async () => {
    const { backend, user } = await searched();
    await user.keyboard('zebra');
    expect(await screen.findByText('Nothing found for “zebra”.', { selector: '.note' })).toBeDefined();
    expect(backend.asked).toEqual(['zebra']);
    await user.keyboard('{Escape}');
    expect(screen.getAllByRole('option').length).toBeGreaterThan(2);
  });

  test('tells why it failed', async () => {
    const { backend, user } = await searched();
    backend.refuseNext = REFUSED;
    await user.keyboard('release');
    expect(await screen.findByText('The disk is full.')).toBeDefined();
  });
});
