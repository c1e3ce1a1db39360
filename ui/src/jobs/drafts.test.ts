import { describe, expect, test, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import type { GoogleOptions } from '../backend/memory-google';
import { type DraftListener, Drafts } from './drafts.svelte';

function composer(google: GoogleOptions = {}) {
  const backend = new MemoryBackend(google);
  const submitted = vi.fn<DraftListener['submitted']>();
  const refused = vi.fn<DraftListener['refused']>();
  const clientDropped = vi.fn<DraftListener['clientDropped']>();
  const looked = vi.fn<DraftListener['looked']>();
  const drafts = new Drafts(backend, { submitted, refused, clientDropped, looked });
  return { backend, submitted, refused, clientDropped, looked, drafts };
}

const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view';
const PROCESSED = { job_id: 'job-0', at: '2026-11-12T09:30:00Z', here: true };
const REFUSAL = { code: 'missing_file', what: 'There is no such file.', fix: 'Check the path.' };

describe('pasted text', () => {
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

  test('that was processed before waits as a chip for an answer', async () => {
    const { backend, looked, drafts } = composer({ looks: { [LINK]: { processed: PROCESSED } } });
    await drafts.pasteAnywhere(LINK);
    expect(backend.calls).toEqual([]);
    expect(drafts.text).toBe('');
    expect(drafts.lined.map((draft) => draft.source)).toEqual([LINK]);
    expect(looked).toHaveBeenCalledOnce();
    await drafts.processOne(LINK);
    expect(backend.calls).toEqual([['processFile', LINK, []]]);
    expect(drafts.empty).toBe(true);
  });

  test('of several lines keeps only those that were processed before', async () => {
    const { backend, drafts } = composer({ looks: { [LINK]: { processed: PROCESSED } } });
    await drafts.pasteAnywhere(`/a.m4a\n${LINK}\n/b.m4a`);
    expect(backend.calls.map((call) => call[1])).toEqual(['/a.m4a', '/b.m4a']);
    expect(drafts.lined.map((draft) => draft.source)).toEqual([LINK]);
  });

  test('twice in a row makes two jobs, also while the first is looked up', async () => {
    const { backend, drafts } = composer();
    await Promise.all([drafts.pasteAnywhere('/a.m4a'), drafts.pasteAnywhere('/b.m4a')]);
    expect(backend.calls.map((call) => call[1]).sort()).toEqual(['/a.m4a', '/b.m4a']);
    expect(drafts.empty).toBe(true);
  });

  test('does not wait for an answer that never comes', async () => {
    vi.useFakeTimers();
    try {
      const { backend, drafts } = composer();
      vi.spyOn(backend, 'lookUp').mockReturnValue(new Promise(() => undefined));
      const pasted = drafts.pasteAnywhere(LINK);
      expect(drafts.sending).toBe(true);
      await vi.advanceTimersByTimeAsync(2_000);
      await pasted;
      expect(backend.calls).toEqual([['processFile', LINK, []]]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('that is edited while it is looked up is not sent', async () => {
    const { backend, drafts } = composer();
    const pasted = drafts.pasteAnywhere('/a.m4a');
    drafts.text = '/a.m4a.old';
    await pasted;
    expect(backend.calls).toEqual([]);
    expect(drafts.text).toBe('/a.m4a.old');
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

  test('a Google client among them is no recording', async () => {
    const { backend, clientDropped, drafts } = composer();
    await drafts.drop(['/Downloads/client_secret_409218.apps.googleusercontent.com.json', '/a.m4a']);
    expect(clientDropped).toHaveBeenCalledExactlyOnceWith(
      '/Downloads/client_secret_409218.apps.googleusercontent.com.json',
    );
    expect(backend.calls).toEqual([['processFile', '/a.m4a', []]]);
  });

  test('a refused one stays in the composer', async () => {
    const { backend, drafts } = composer();
    backend.refuseNext = REFUSAL;
    await drafts.drop(['/notes.xyz']);
    expect(drafts.lined.map((draft) => draft.source)).toEqual(['/notes.xyz']);
  });
});

describe('what a link is', () => {
  test('is asked as soon as the link is pasted or lined up, and told when it is a problem', async () => {
    const { backend, looked, drafts } = composer({ google: { accounts: [] } });
    drafts.text = LINK;
    drafts.typed(true);
    await vi.waitFor(() => expect(drafts.looks.of(LINK)?.problem?.code).toBe('sign_in_needed'));
    expect(looked).toHaveBeenCalledOnce();
    drafts.fill(['/a.m4a', '/b.m4a']);
    expect(backend.lookedUp).toEqual([LINK, '/a.m4a', '/b.m4a']);
  });

  test('is asked again after something has changed', async () => {
    const { backend, drafts } = composer({ google: { accounts: [] } });
    drafts.fill([LINK, '/a.m4a']);
    await vi.waitFor(() => expect(drafts.looks.of(LINK)?.problem).toBeTruthy());
    await backend.signInGoogle('picked_files');
    drafts.lookAgain();
    await vi.waitFor(() => expect(drafts.looks.of(LINK)?.name).toBe('Customer interview.m4a'));
    expect(backend.lookedUp).toEqual([LINK, '/a.m4a', LINK]);
  });

  test('is not told of what has left the composer', async () => {
    const { looked, drafts } = composer({ google: { accounts: [] } });
    drafts.text = LINK;
    drafts.typed(true);
    drafts.dismiss(LINK);
    await vi.waitFor(() => expect(drafts.looks.of(LINK)?.problem).toBeTruthy());
    expect(looked).not.toHaveBeenCalled();
    expect(drafts.empty).toBe(true);
  });

  test('is told of a document in Drive by its name', async () => {
    const { drafts } = composer({ looks: { '*': { name: 'Agenda' } } });
    drafts.attach(['https://docs.google.com/document/d/1AbCdEfGhIjKlMnOp/edit']);
    await vi.waitFor(() => expect(drafts.looks.of(drafts.attachments[0] as string)?.name).toBe('Agenda'));
  });
});

describe('wishes', () => {
  const LECTURE = { template: 'lecture', participants: ['Mei'] };
  const SENT = { ...LECTURE, ignore_transcripts: false };

  test('go along with the recording in the text field, and with no later one', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/a.m4a';
    drafts.wish(LECTURE);
    await drafts.process();
    drafts.text = '/b.m4a';
    await drafts.process();
    expect(backend.calls).toEqual([
      ['processFileWith', '/a.m4a', [], SENT],
      ['processFile', '/b.m4a', []],
    ]);
  });

  test('come back with a recording that is refused', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/gone.m4a';
    drafts.wish(LECTURE);
    backend.refuseNext = REFUSAL;
    await drafts.process();
    expect(drafts.text).toBe('/gone.m4a');
    expect(drafts.wishes).toEqual(LECTURE);
  });

  test('of a chip are its own; those of the text field are for every chip without', async () => {
    const { backend, drafts } = composer();
    drafts.fill(['/a.m4a', '/b.m4a']);
    drafts.wish({ participants: ['Jonas'] }, drafts.lined[0]);
    drafts.wish(LECTURE);
    await drafts.process();
    expect(backend.calls).toEqual([
      [
        'processFileWith',
        '/a.m4a',
        [],
        { template: null, participants: ['Jonas'], ignore_transcripts: false },
      ],
      ['processFileWith', '/b.m4a', [], SENT],
    ]);
    expect(drafts.wishes).toEqual({ template: null, participants: [] });
  });

  test('count for recordings that are dropped or pasted, but not while another one is written', async () => {
    const { backend, drafts } = composer();
    drafts.wish(LECTURE);
    await drafts.drop(['/dropped.m4a']);
    drafts.wish(LECTURE);
    await drafts.pasteAnywhere('/pasted.m4a');
    drafts.text = '/typed.m4a';
    drafts.wish(LECTURE);
    await drafts.drop(['/beside.m4a']);
    expect(backend.calls).toEqual([
      ['processFileWith', '/dropped.m4a', [], SENT],
      ['processFileWith', '/pasted.m4a', [], SENT],
      ['processFile', '/beside.m4a', []],
    ]);
    expect(drafts.wishes).toEqual(LECTURE);
  });
});

describe('a recording with a transcript', () => {
  const ANYWAY = { template: null, participants: [], ignore_transcripts: true };

  test('is heard anyway where the person says so, and the next one is not', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/a.m4a';
    drafts.attach(['/a.vtt']);
    expect(drafts.isHeard()).toBe(false);
    drafts.hearAnyway(true);
    expect(drafts.isHeard()).toBe(true);
    await drafts.process();
    drafts.text = '/b.m4a';
    drafts.attach(['/b.vtt']);
    await drafts.process();
    expect(backend.calls).toEqual([
      ['processFileWith', '/a.m4a', ['/a.vtt'], ANYWAY],
      ['processFile', '/b.m4a', ['/b.vtt']],
    ]);
  });

  test('among several is heard anyway alone, also where it was written first', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/a.m4a';
    drafts.attach(['/a.vtt']);
    drafts.hearAnyway(true);
    drafts.fill(['/b.m4a', '/c.m4a']);
    const [, b, c] = drafts.lined;
    drafts.attach(['/b.vtt'], b);
    drafts.attach(['/c.vtt'], c);
    drafts.hearAnyway(true, c);
    drafts.wish({ participants: ['Mei'] });
    await drafts.process();
    const wished = (ignore_transcripts: boolean) => ({
      template: null,
      participants: ['Mei'],
      ignore_transcripts,
    });
    expect(backend.calls).toEqual([
      ['processFileWith', '/a.m4a', ['/a.vtt'], wished(true)],
      ['processFileWith', '/b.m4a', ['/b.vtt'], wished(false)],
      ['processFileWith', '/c.m4a', ['/c.vtt'], wished(true)],
    ]);
  });

  test('keeps that choice when it is refused, and loses it with the transcript', async () => {
    const { backend, drafts } = composer();
    drafts.text = '/gone.m4a';
    drafts.attach(['/gone.vtt', '/agenda.pdf']);
    drafts.hearAnyway(true);
    backend.refuseNext = REFUSAL;
    await drafts.process();
    expect([drafts.heardAnyway, drafts.attachments]).toEqual([true, ['/gone.vtt', '/agenda.pdf']]);
    drafts.detach('/agenda.pdf');
    expect(drafts.heardAnyway).toBe(true);
    drafts.detach('/gone.vtt');
    expect(drafts.heardAnyway).toBe(false);
  });

  test('that waits for the next recording stays with its choice while others are dropped', async () => {
    const { backend, drafts } = composer();
    drafts.attach(['/a.vtt']);
    drafts.hearAnyway(true);
    await drafts.drop(['/dropped.m4a']);
    expect(backend.calls).toEqual([['processFile', '/dropped.m4a', []]]);
    expect(drafts.heardAnyway).toBe(true);
  });
});

describe('what lies beside a recording and tells who speaks', () => {
  const CHAT = {
    name: 'weekly - Chat',
    link: 'https://drive.google.com/file/d/1chat-of-the-weekly-meeting/view',
  };
  const LIST = {
    name: 'weekly - Attendance',
    link: 'https://drive.google.com/file/d/1list-of-the-weekly/view',
  };
  const looks = { [LINK]: { companions: [CHAT, LIST] } };

  test('is taken along without a question, also where it was pasted and where nobody has looked yet', async () => {
    const { backend, looked, drafts } = composer({ looks });
    await drafts.pasteAnywhere(LINK);
    drafts.text = LINK;
    await drafts.process();
    await drafts.drop([LINK]);
    expect(backend.calls).toEqual([
      ['processFile', LINK, [CHAT.link, LIST.link]],
      ['processFile', LINK, [CHAT.link, LIST.link]],
      ['processFile', LINK, [CHAT.link, LIST.link]],
    ]);
    expect(looked).not.toHaveBeenCalled();
  });

  test('is left where the person says so, for that recording alone', async () => {
    const { backend, drafts } = composer({ looks: { '*': { companions: [CHAT] } } });
    const other = LINK.replace('1AbC', '2AbC');
    drafts.text = LINK;
    drafts.take(false);
    drafts.fill([other]);
    expect(drafts.lined.map((draft) => draft.companions)).toEqual([false, true]);
    await drafts.process();
    expect(backend.calls).toEqual([
      ['processFile', LINK, []],
      ['processFile', other, [CHAT.link]],
    ]);
    expect(drafts.companions).toBe(true);
  });

  test('is attached once where it is attached by hand, and is wanted for notes as any attachment is', async () => {
    const { backend, drafts } = composer({ looks });
    drafts.text = LINK;
    drafts.attach([CHAT.link]);
    drafts.wish({ participants: ['Mei'] });
    await drafts.looks.now(LINK);
    expect(drafts.companionsOf(LINK, drafts.attachments)).toEqual([LIST]);
    await drafts.process();
    expect(backend.calls).toEqual([
      [
        'processFileWith',
        LINK,
        [CHAT.link, LIST.link],
        { template: null, participants: ['Mei'], ignore_transcripts: false },
      ],
    ]);
  });

  test('is chosen again as it was when the recording is refused', async () => {
    const { backend, drafts } = composer({ looks });
    drafts.text = LINK;
    drafts.take(false);
    backend.refuseNext = REFUSAL;
    await drafts.process();
    expect([drafts.text, drafts.companions, drafts.attachments]).toEqual([LINK, false, []]);
  });

  test('is not waited for longer than a paste is', async () => {
    vi.useFakeTimers();
    const { backend, drafts } = composer();
    backend.lookUp = () => new Promise(() => undefined);
    drafts.text = LINK;
    const sent = drafts.process();
    await vi.advanceTimersByTimeAsync(2_000);
    await sent;
    vi.useRealTimers();
    expect(backend.calls).toEqual([['processFile', LINK, []]]);
  });
});
