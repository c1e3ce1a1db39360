import { describe, expect, test, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import { Drafts, endOf, linesOf, looksLikeRecording, nameOf } from './drafts.svelte';

function composer() {
  const backend = new MemoryBackend();
  const submitted = vi.fn();
  const refused = vi.fn();
  return { backend, submitted, refused, drafts: new Drafts(backend, submitted, refused) };
}

const REFUSAL = { code: 'missing_file', what: 'There is no such file.', fix: 'Check the path.' };

describe('pasted text', () => {
  test.each([
    'https://drive.google.com/file/d/abc/view',
    '/home/kim/talk.m4a',
    'file:///home/kim/talk.m4a',
    'C:\\Users\\kim\\talk.m4a',
    '"/home/kim/talk one.m4a"',
  ])('%s is surely a recording', (text) => {
    expect(looksLikeRecording(text)).toBe(true);
  });

  test.each(['hello there', 'talk.m4a', ''])('"%s" may be anything', (text) => {
    expect(looksLikeRecording(text)).toBe(false);
  });

  test('is split into lines', () => {
    expect(linesOf(' /a b.m4a \r\n\n/c.m4a\n')).toEqual(['/a b.m4a', '/c.m4a']);
  });

  test('anywhere in the window is processed at once when it is a recording', async () => {
    const { backend, drafts } = composer();
    await drafts.pasteAnywhere('/a.m4a');
    expect(backend.calls).toEqual([['processFile', '/a.m4a', []]]);
    expect(drafts.text).toBe('');
  });

  test('anywhere in the window is only filled in when it may be anything', async () => {
    const { backend, drafts } = composer();
    await drafts.pasteAnywhere('shopping list');
    expect(backend.calls).toEqual([]);
    expect(drafts.text).toBe('shopping list');
  });

  test('never replaces what was typed', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/typed.m4a';
    await drafts.pasteAnywhere('/pasted.m4a');
    expect(backend.calls).toEqual([]);
    expect(drafts.lined.map((draft) => draft.source)).toEqual(['/typed.m4a', '/pasted.m4a']);
  });
});

describe('processing', () => {
  test('takes the PDFs along and clears the composer', async () => {
    const { backend, drafts, submitted } = composer();
    drafts.text = ' /a.m4a ';
    drafts.attach(['/agenda.pdf', '/agenda.pdf']);
    await drafts.process();
    expect(backend.calls).toEqual([['processFile', '/a.m4a', ['/agenda.pdf']]]);
    expect(submitted).toHaveBeenCalledOnce();
    expect(drafts.attachments).toEqual([]);
    expect(drafts.empty).toBe(true);
  });

  test('loses neither text nor PDFs when it is refused', async () => {
    const { backend, drafts, refused } = composer();
    drafts.text = '/gone.m4a';
    drafts.attach(['/agenda.pdf']);
    backend.refuseNext = REFUSAL;
    await drafts.process();
    expect(drafts.text).toBe('/gone.m4a');
    expect(drafts.attachments).toEqual(['/agenda.pdf']);
    expect(drafts.error).toEqual(REFUSAL);
    expect(refused).toHaveBeenCalledWith(REFUSAL);
  });

  test('of several keeps only those that were refused', async () => {
    const { backend, drafts } = composer();
    drafts.fill(['/gone.m4a', '/b.m4a']);
    drafts.text = '/c.m4a';
    backend.refuseNext = REFUSAL;
    await drafts.process();
    expect(backend.calls.map((call) => call[1])).toEqual(['/gone.m4a', '/b.m4a', '/c.m4a']);
    expect(drafts.lined.map((draft) => draft.source)).toEqual(['/gone.m4a']);
    expect(drafts.error).toEqual(REFUSAL);
  });

  test('twice in a row makes one job', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/a.m4a';
    await Promise.all([drafts.process(), drafts.process()]);
    expect(backend.calls).toHaveLength(1);
  });
});

describe('dropped files', () => {
  test('one recording takes the PDFs dropped with it', async () => {
    const { backend, drafts } = composer();
    await drafts.drop(['/a.m4a', '/agenda.PDF']);
    expect(backend.calls).toEqual([['processFile', '/a.m4a', ['/agenda.PDF']]]);
  });

  test('several recordings are jobs, PDFs wait for the next one', async () => {
    const { backend, drafts } = composer();
    await drafts.drop(['/a.m4a', '/b.mp4', '/agenda.pdf']);
    expect(backend.calls.map((call) => call[1])).toEqual(['/a.m4a', '/b.mp4']);
    expect(drafts.attachments).toEqual(['/agenda.pdf']);
  });

  test('a refused one stays in the composer', async () => {
    const { backend, drafts } = composer();
    backend.refuseNext = REFUSAL;
    await drafts.drop(['/notes.txt']);
    expect(drafts.lined.map((draft) => draft.source)).toEqual(['/notes.txt']);
  });
});

test('names are the last part of a path', () => {
  expect(nameOf('/home/kim/talk.m4a')).toBe('talk.m4a');
  expect(nameOf('C:\\talks\\talk.m4a')).toBe('talk.m4a');
});

test.each([
  ['/home/kim/Documents/Debrief', '…/Documents/Debrief'],
  ['C:\\Users\\kim\\Documents\\Debrief', '…\\Documents\\Debrief'],
  ['~/Documents/Debrief', '~/Documents/Debrief'],
  ['/pages', '/pages'],
])('of the folder %s the window names %s', (path, end) => {
  expect(endOf(path)).toBe(end);
});
