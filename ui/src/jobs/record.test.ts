// Transcripts in turns, what is found in them, corrections one after the other, and the search through all of them.

import { describe, expect, test } from 'vitest';

import { asCommandError, type SearchHit } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import { longMeeting, meeting, recordedJob, speakerView } from '../backend/record-scenes';
import { wordsIn } from '../text/text';
import { MeetingRecord } from './record.svelte';
import { grouped, RecordSearch } from './search.svelte';
import {
  colourOf,
  evidenceInWords,
  inParts,
  labelShown,
  matchesIn,
  namesLike,
  piecesOf,
  segmentAt,
  turnsOf,
} from './turns';

const { segments, speakers } = meeting(false);

async function recorded() {
  const first = meeting(false);
  const backend = new MemoryBackend({ jobs: [recordedJob('r', first)], records: { r: first } });
  const record = new MeetingRecord(backend, 'r');
  await record.load();
  return { backend, record };
}

describe('turns', () => {
  test('hold the consecutive passages of one speaker', () => {
    const turns = turnsOf(segments);
    expect(turns.flatMap((turn) => turn.segments)).toEqual(segments);
    expect(turns.every((turn, index) => turn.speaker !== turns[index + 1]?.speaker)).toBe(true);
    expect(turns[1]?.segments.map(({ number }) => number)).toEqual([1, 2]);
  });

  test('of one speaker alone do not grow without bounds', () => {
    const alone = longMeeting(false, 50).segments.map((segment) => ({ ...segment, speaker: 0 }));
    expect(turnsOf(alone).map((turn) => turn.segments.length)).toEqual([20, 20, 10]);
  });

  test('come in parts that lose none', () => {
    const turns = turnsOf(longMeeting(false, 500).segments);
    const parts = inParts(turns, 60);
    expect(parts.flat()).toEqual(turns);
    expect(parts.length).toBeGreaterThan(6);
  });

  test('are found by what is heard at a time', () => {
    expect(segmentAt(segments, 0)?.number).toBe(0);
    expect(segmentAt(segments, (segments[4]?.start_ms ?? 0) + 50)?.number).toBe(4);
    expect(segmentAt(segments, 10_000_000)?.number).toBe(segments.at(-1)?.number);
    expect(segmentAt([], 0)).toBeNull();
  });
});

describe('words', () => {
  test('are found whatever their case, several times in one passage', () => {
    const [first] = segments;
    if (!first) throw new Error('the meeting has segments');
    const found = matchesIn([{ ...first, text: 'Yes, yes. YES' }], ' yes ');
    expect(found.map(({ range }) => range)).toEqual([
      [0, 3],
      [5, 8],
      [10, 13],
    ]);
    expect(matchesIn(segments, '  ')).toEqual([]);
  });

  test('are marked and lose nothing', () => {
    const pieces = piecesOf('one two one', [
      [0, 3],
      [8, 11],
    ]);
    expect(pieces.map(({ text, hit }) => [text, hit !== null])).toEqual([
      ['one', true],
      [' two ', false],
      ['one', true],
    ]);
  });
});

describe('speakers', () => {
  const { t } = wordsIn('en');

  test('have colours in their order, which begin again after the sixth', () => {
    const many = Array.from({ length: 7 }, (_, index) => speakerView({ index: index * 2 }));
    expect(many.map(({ index }) => colourOf(many, index))).toEqual([1, 2, 3, 4, 5, 6, 1]);
    expect(colourOf(many, null)).toBeNull();
  });

  test('are called in the language of the window', () => {
    expect(labelShown(wordsIn('zh-TW').t, 'Speaker 3')).toBe('發言者 3');
    expect(labelShown(t, 'Moderator')).toBe('Moderator');
  });

  test('tell why their name is believed', () => {
    const named = (over: Parameters<typeof speakerView>[0]) => evidenceInWords(t, speakerView(over));
    const evidence = { source: 'voice', at_ms: null, quote: null, confidence: 81 } as const;
    expect(speakers[0] && evidenceInWords(t, speakers[0])).toBe('Ana — said “this is Ana” at 0:01, 92 %');
    expect(named({ index: 0, name: 'Mei', evidence })).toBe('Mei — a remembered voice, 81 %');
    expect(named({ index: 0, name: 'Mei', evidence: { ...evidence, source: 'addressed' } })).toBe(
      'Mei — from the conversation, 81 %',
    );
    expect(named({ index: 0, name: 'Mei', by_person: true, evidence })).toBe('Mei — named by you');
    expect(named({ index: 0 })).toBeNull();
  });

  test('are offered names, those that begin as typed first', () => {
    expect(namesLike(['Joanna', 'Ana', 'Andrea', 'Ana'], 'an', 6)).toEqual(['Ana', 'Andrea', 'Joanna']);
    expect(namesLike(['Ana'], 'ana', 6)).toEqual([]);
    expect(namesLike(['A', 'B', 'C'], '', 2)).toEqual(['A', 'B']);
  });
});

describe('corrections', () => {
  test('are made one after the other, and the last answer counts', async () => {
    const { record } = await recorded();
    const all = [record.editSegment(0, 'One.'), record.editSegment(0, 'Two.'), record.move([0], 'Speaker 2')];
    expect(record.saving).toBe(true);
    expect(await Promise.all(all)).toEqual([null, null, null]);
    expect(record.view?.segments[0]).toMatchObject({ text: 'Two.', speaker: 1, edited: true });
    expect(record.saving).toBe(false);
  });

  test('that are refused leave everything as it was', async () => {
    const { backend, record } = await recorded();
    backend.refuseNext = asCommandError(new Error('No.'));
    expect(await record.merge('Speaker 1', 'Speaker 2')).toMatchObject({ what: 'No.' });
    expect(record.view?.speakers).toHaveLength(3);
    expect(await record.merge('Speaker 1', 'Speaker 2')).toBeNull();
    expect(record.view?.speakers).toHaveLength(2);
  });

  test('of a name in one turn use the speaker of that name, if there is one', async () => {
    const { backend, record } = await recorded();
    await record.nameOnly([3], 'Ana');
    expect(record.view?.segments[3]?.speaker).toBe(0);
    await record.nameOnly([9], 'Mei');
    expect(record.view?.speakers.find(({ name }) => name === 'Mei')?.label).toBe('Speaker 4');
    expect(backend.calls.map(([name]) => name)).toEqual(['moveSegments', 'moveSegments', 'nameSpeaker']);
  });

  test('reach the job, and are taken back together', async () => {
    const { backend, record } = await recorded();
    await record.name('Speaker 3', 'Priya', false);
    await record.editNotes({ title: 'Release', decisions: ['The release stays on 3 December.'] });
    expect(backend.jobs.get('r')?.result).toMatchObject({
      title: 'Release',
      identified_speakers: { 'Speaker 3': 'Priya' },
    });
    expect(record.view?.notes?.decisions).toMatchObject([{ speaker: 'Ana' }]);
    await record.revert();
    expect(record.view).toEqual(meeting(false));
  });
});

describe('the search', () => {
  const hit = (job_id: string): SearchHit => ({
    job_id,
    title: job_id,
    date: '2026-11-12',
    kind: 'transcript',
    at_ms: 0,
    speaker: null,
    pieces: [],
  });

  test('puts hits together by recording', () => {
    const groups = grouped([hit('b'), hit('a'), hit('b')]);
    expect(groups.map(({ job_id, hits }) => [job_id, hits.length])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });

  test('believes only the answer to the last question', async () => {
    const backend = new MemoryBackend();
    const answers: ((hits: SearchHit[]) => void)[] = [];
    backend.search = () => new Promise((resolve) => answers.push(resolve));
    const search = new RecordSearch(backend, () => undefined);
    search.query = 'old';
    const old = search.now();
    search.query = 'new';
    const last = search.now();
    answers[1]?.([hit('new')]);
    await last;
    answers[0]?.([hit('old')]);
    await old;
    expect(search.groups?.map(({ job_id }) => job_id)).toEqual(['new']);
    expect(search.searching).toBe(false);
  });
});
