// Records of meetings, each as a scene: `?backend=memory&scene=record`.

import type { JobView, NotesEditView, SegmentView, SpeakerView, TranscriptView } from './backend';
import { jobResult, jobView, MemoryBackend, stagesUpTo } from './memory';

export const RECORD_SCENES = ['record', 'record-long', 'record-unheard', 'record-running'] as const;
export type RecordScene = (typeof RECORD_SCENES)[number];

/** Speaker, words, and whether others talk at the same time. */
type Line = readonly [number, string, 'overlap'?];

const ENGLISH: readonly Line[] = [
  [
    0,
    'Good morning everybody, this is Ana. Let’s begin with the release. Are we still on for the third of December?',
  ],
  [
    1,
    'We are, if the installer is signed by Friday. The certificate came back yesterday, so I can start today.',
  ],
  [
    1,
    'What worries me more is the import of old projects. Two of the ten test files still lose their chapter marks.',
  ],
  [2, 'I can look at those.', 'overlap'],
  [1, 'That would help a lot. They are in the shared folder, the ones called harbour and lighthouse.'],
  [
    0,
    'Thank you, Jonas. So you take the installer and Priya takes the chapter marks. Can both be done by Friday?',
  ],
  [
    2,
    'Chapter marks by Thursday evening, I think. If it is the parser it is quick. If it is the file format I will say so tomorrow.',
  ],
  [
    0,
    'Then we decide: the release stays on the third of December, and we drop the new start screen from it.',
  ],
  [1, 'Agreed. The start screen needs a week more than we have.'],
  [2, 'Agreed. I would rather have it in January and done well.'],
  [
    0,
    'One thing is open: who answers the support mail over the holidays? Nobody has to say it now, think about it until Monday.',
  ],
  [1, 'I am away from the twenty-second on.', 'overlap'],
  [2, 'Me too.', 'overlap'],
  [0, 'Right. Let us come back to it on Monday. Thank you both.'],
];

const CHINESE: readonly Line[] = [
  [0, '大家早，我是怡君。我們先從發行開始，十二月三日還來得及嗎？'],
  [1, '只要安裝程式在星期五以前簽好就可以。憑證昨天下來了，我今天就能開始。'],
  [1, '我比較擔心舊專案的匯入，十個測試檔裡有兩個還是會遺失章節標記。'],
  [2, '這兩個我可以看。', 'overlap'],
  [1, '那太好了，檔案在共用資料夾裡，叫做 harbour 和 lighthouse。'],
  [0, '謝謝建宏。那安裝程式由你負責，章節標記交給小美，兩個都能在星期五以前完成嗎？'],
  [2, '章節標記我想星期四晚上可以。如果是解析器的問題就很快，如果是檔案格式，我明天會說。'],
  [0, '那我們決定：發行日維持十二月三日，新的開始畫面這次不放。'],
  [1, '同意，開始畫面還需要一個星期。'],
  [2, '同意，一月再推出，做得更好。'],
  [0, '還有一件事沒有定案：連假期間誰回覆客服信件？不用現在回答，星期一以前想一想。'],
  [1, '我二十二日起休假。', 'overlap'],
  [2, '我也是。', 'overlap'],
  [0, '好，那我們星期一再討論，謝謝兩位。'],
];

function segmentsOf(lines: readonly Line[], ms_per_character: number): SegmentView[] {
  let start_ms = 1_200;
  return lines.map(([speaker, text, overlap], number) => {
    const end_ms = start_ms + text.length * ms_per_character;
    const segment = {
      number,
      start_ms,
      end_ms,
      speaker,
      text,
      overlap: overlap !== undefined,
      edited: false,
    };
    start_ms = overlap ? end_ms - 400 : end_ms + 700;
    return segment;
  });
}

/** A speaker, changed by `over`. */
export function speakerView(over: Partial<SpeakerView> & { index: number }): SpeakerView {
  return {
    label: `Speaker ${over.index + 1}`,
    name: null,
    by_person: false,
    has_voice: false,
    talks_ms: 60_000,
    evidence: null,
    ...over,
  };
}

function notesOf(segments: readonly SegmentView[], chinese: boolean): NotesEditView {
  const say = (en: string, zh: string) => (chinese ? zh : en);
  const at = (number: number) => segments[number]?.start_ms ?? 0;
  const ana = say('Ana', '怡君');
  const jonas = say('Jonas', '建宏');
  return {
    title: say('Release on 3 December', '十二月三日發行'),
    summary: [
      {
        text: say(
          'The release stays on 3 December; the installer is signed this week.',
          '發行日維持十二月三日，安裝程式本週簽署。',
        ),
        at_ms: at(1),
        speaker: jonas,
      },
      {
        text: say(
          'Two of ten old projects lose their chapter marks when they are imported.',
          '十個舊專案中有兩個匯入後會遺失章節標記。',
        ),
        at_ms: at(2),
        speaker: jonas,
      },
    ],
    decisions: [
      {
        text: say('The release stays on 3 December.', '發行日維持十二月三日。'),
        at_ms: at(7),
        speaker: ana,
      },
      {
        text: say(
          'The new start screen is left out and comes in January.',
          '新的開始畫面這次不放，一月再推出。',
        ),
        at_ms: at(7),
        speaker: ana,
      },
    ],
    todos: [
      {
        text: say('Sign the installer', '簽署安裝程式'),
        assignee: jonas,
        due: '2026-11-27',
        at_ms: at(5),
      },
      {
        text: say(
          'Find out why harbour and lighthouse lose their chapter marks',
          '查出 harbour 和 lighthouse 遺失章節標記的原因',
        ),
        assignee: say('Priya', '小美'),
        due: '2026-11-26',
        at_ms: at(6),
      },
      {
        text: say('Think about who answers support mail', '想一想誰回覆客服信件'),
        assignee: null,
        due: null,
        at_ms: at(10),
      },
    ],
    questions: [
      {
        text: say('Who answers the support mail over the holidays?', '連假期間誰回覆客服信件？'),
        at_ms: at(10),
        speaker: ana,
      },
    ],
    unverified: [
      {
        kind: 'todo',
        text: say('Send the press release to the newspaper', '把新聞稿寄給報社'),
        assignee: say('Marta', '志明'),
        due: '2026-12-01',
        at_ms: null,
        doubt: 'name_not_said',
      },
      {
        kind: 'decision',
        text: say('The price goes up by 15 %.', '價格調漲 15%。'),
        assignee: null,
        due: null,
        at_ms: at(8),
        doubt: 'number_not_said',
      },
    ],
    sections: [
      {
        heading: say('Release', '發行'),
        at_ms: at(0),
        body: say(
          'The certificate arrived; the installer can be signed from today on.',
          '憑證已經下來，安裝程式今天起可以簽署。',
        ),
        points: [
          { text: say('Installer signed by Friday', '星期五以前簽好安裝程式'), at_ms: at(1), speaker: jonas },
        ],
      },
      {
        heading: say('Import of old projects', '舊專案匯入'),
        at_ms: at(2),
        body: '',
        points: [
          {
            text: say('The two files are in the shared folder', '兩個檔案在共用資料夾裡'),
            at_ms: at(4),
            speaker: jonas,
          },
        ],
      },
    ],
    by: say('claude-sonnet-4-6 at Anthropic', 'Anthropic 的 claude-sonnet-4-6'),
    edited: false,
  };
}

/** A short meeting of three, changed by `over`. */
export function meeting(chinese: boolean, over: Partial<TranscriptView> = {}): TranscriptView {
  const segments = segmentsOf(chinese ? CHINESE : ENGLISH, chinese ? 190 : 62);
  const talks = (index: number) =>
    segments.filter(({ speaker }) => speaker === index).reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
  const notes = notesOf(segments, chinese);
  return {
    language: chinese ? 'zh-Hant' : 'en',
    duration_ms: (segments.at(-1)?.end_ms ?? 0) + 900,
    title: notes.title,
    speakers: [
      speakerView({
        index: 0,
        name: chinese ? '怡君' : 'Ana',
        has_voice: true,
        talks_ms: talks(0),
        evidence: {
          source: 'introduction',
          at_ms: 1_200,
          quote: chinese ? '我是怡君' : 'this is Ana',
          confidence: 92,
        },
      }),
      speakerView({
        index: 1,
        name: chinese ? '建宏' : 'Jonas',
        has_voice: true,
        talks_ms: talks(1),
        evidence: {
          source: 'addressed',
          at_ms: segments[5]?.start_ms ?? null,
          quote: chinese ? '謝謝建宏' : 'Thank you, Jonas',
          confidence: 78,
        },
      }),
      speakerView({ index: 2, has_voice: true, talks_ms: talks(2) }),
    ],
    segments,
    notes,
    edited: false,
    page_outdated: false,
    can_edit: true,
    ...over,
  };
}

/** The meeting, again and again, until it has `count` segments. */
export function longMeeting(chinese: boolean, count: number): TranscriptView {
  const short = meeting(chinese);
  const segments = Array.from({ length: count }, (_, number) => {
    const times = Math.floor(number / short.segments.length) * short.duration_ms;
    const [segment] = short.segments.slice(number % short.segments.length);
    if (!segment) throw new Error('the meeting has segments');
    return { ...segment, number, start_ms: segment.start_ms + times, end_ms: segment.end_ms + times };
  });
  return { ...short, segments, duration_ms: segments.at(-1)?.end_ms ?? 0 };
}

/** The completed job of a record, changed by `over`. */
export function recordedJob(id: string, record: TranscriptView, over: Partial<JobView> = {}): JobView {
  const { title, speakers, notes, duration_ms } = record;
  return jobView({
    id,
    title,
    status: 'completed',
    group: 'done',
    progress: 100,
    stages: stagesUpTo(null),
    duration_ms,
    engine: 'Whisper large-v3-turbo',
    result: jobResult({
      title,
      summary: notes?.summary.map(({ text }) => text).join('\n') ?? '',
      todos: notes?.todos.map(({ text }) => text) ?? [],
      identified_speakers: Object.fromEntries(speakers.map(({ label, name }) => [label, name ?? label])),
    }),
    ...over,
  });
}

/** The backend of a record's scene, with other jobs beside it. */
export function backendOfRecordScene(scene: RecordScene, chinese: boolean, jobs: JobView[]): MemoryBackend {
  const record = meeting(chinese);
  const other = meeting(!chinese);
  const shown = (first: TranscriptView, over: Partial<JobView> = {}) =>
    new MemoryBackend({
      jobs: [recordedJob('r-release', first, over), recordedJob('r-other', other), ...jobs],
      records: { 'r-release': first, 'r-other': other },
    });
  switch (scene) {
    case 'record':
      return shown(record);
    case 'record-long':
      return shown(longMeeting(chinese, 6_000));
    case 'record-unheard':
      return shown(
        meeting(chinese, {
          speakers: [],
          segments: record.segments.map((segment) => ({ ...segment, speaker: null, overlap: false })),
        }),
      );
    case 'record-running':
      return shown(record, {
        status: 'processing',
        group: 'working',
        stage: 'summarize',
        progress: 96,
        stages: stagesUpTo('summarize'),
      });
  }
}
