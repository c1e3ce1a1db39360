// Lists of jobs to look at in a plain browser: `?backend=memory&scene=busy`.

import type { JobView } from './backend';
import { backendOfGoogleScene, GOOGLE_SCENES } from './google-scenes';
import { jobResult, jobView, MemoryBackend, PAGE_FOLDER_GONE, stagesUpTo } from './memory';
import { backendOfNotesScene, NOTES_SCENES } from './notes-scenes';
import { backendOfNotionScene, NOTION_SCENES } from './notion-scenes';
import { backendOfRecordScene, RECORD_SCENES } from './record-scenes';
import { backendOfSpeechScene, SPEECH_SCENES } from './speech-scenes';

const SCENES = [
  'empty',
  'busy',
  'live',
  'broken',
  ...GOOGLE_SCENES,
  ...NOTES_SCENES,
  ...NOTION_SCENES,
  ...SPEECH_SCENES,
  ...RECORD_SCENES,
] as const;
export type Scene = (typeof SCENES)[number];

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

function busy(chinese: boolean): JobView[] {
  const say = (en: string, zh: string) => (chinese ? zh : en);
  return [
    jobView({
      id: 'a-board',
      source: '/home/kim/Recordings/2026-11-18 14.02 board prep.mp4',
      title: say('2026-11-18 14.02 board prep.mp4', '2026-11-18 14.02 董事會準備.mp4'),
      status: 'processing',
      group: 'needs_you',
      stage: 'publish',
      progress: 97,
      stages: stagesUpTo('publish', 'stopped'),
      error: PAGE_FOLDER_GONE,
      duration_ms: 2_731_000,
      created_at: ago(4000),
      updated_at: ago(900),
    }),
    jobView({
      id: 'b-weekly',
      title: say('Weekly product review — 11 Nov', '每週產品檢討會議 — 11 月 11 日'),
      source: '/home/kim/Recordings/weekly-1111.m4a',
      attachments: ['agenda.pdf'],
      status: 'processing',
      group: 'working',
      stage: 'transcribe',
      progress: 58,
      stage_progress: { done: 2_205_000, total: 3_501_000, unit: 'audio_ms' },
      stages: stagesUpTo('transcribe', 'running', (weight) => weight * 520),
      duration_ms: 3_501_000,
      engine: 'PocketSphinx (rough, English only)',
      created_at: ago(900),
      updated_at: ago(302),
      warnings: [
        {
          code: 'several_audio_tracks',
          text: 'The file has 2 audio tracks; only track 1 was used. If somebody is missing, save the tracks as separate files and process each of them.',
        },
      ],
    }),
    jobView({
      id: 'c-interview',
      source: '/home/kim/Recordings/interview-lin.flac',
      title: say('interview-lin.flac', '訪談-林小姐.flac'),
      status: 'processing',
      group: 'working',
      stage: 'decode',
      progress: 6,
      stages: stagesUpTo('decode', 'running'),
      created_at: ago(400),
      updated_at: ago(7),
    }),
    jobView({
      id: 'd-vendor',
      source: '/home/kim/Recordings/Vendor call with Formosa Audio.m4a',
      title: say('Vendor call with Formosa Audio.m4a', '與 Formosa Audio 的廠商會議.m4a'),
      duration_ms: 4_360_000,
      created_at: ago(300),
    }),
    jobView({
      id: 'e-standup',
      source: '/home/kim/Recordings/standup.opus',
      title: 'standup.opus',
      stage: 'fetch',
      stages: stagesUpTo('fetch', 'stopped'),
      retry_at: new Date(Date.now() + 40_000).toISOString(),
      created_at: ago(200),
    }),
    jobView({
      id: 'f-hiring',
      source: '/home/kim/Recordings/hiring-sync-backend.m4a',
      title: say('Hiring sync: backend round', '招募同步：後端面試'),
      status: 'completed',
      group: 'done',
      progress: 100,
      stages: stagesUpTo(null),
      duration_ms: 2_880_000,
      created_at: ago(9000),
      updated_at: ago(5000),
      result: jobResult({
        title: say('Hiring sync: backend round', '招募同步：後端面試'),
        summary: say(
          'The panel compared four candidates for the backend role. Two go on to the system design round; the take-home is dropped for everybody.',
          '面試小組比較了四位後端職位的應徵者，其中兩位進入系統設計面試；所有人都不再需要做回家作業。',
        ),
        todos: [
          say('Mei: send the invitations for the design round by Friday', '小美：週五前寄出系統設計面試邀請'),
          say('Jonas: take the old take-home off the careers page', '建宏：把舊的回家作業從徵才頁面移除'),
        ],
        identified_speakers: {
          'Speaker 1': 'Mei',
          'Speaker 2': 'Jonas',
          'Speaker 3': 'Speaker 3',
          'Speaker 4': 'Speaker 4',
          'Speaker 5': 'Speaker 5',
        },
        page_path: '~/Documents/Debrief/Hiring sync.md',
        page_html_path: '~/Documents/Debrief/Hiring sync.html',
        warnings: [
          {
            code: 'recording_ends_early',
            text: 'The recording breaks off at 48:00; everything up to there was kept. If the original is longer, copy it again and process it again.',
          },
        ],
      }),
    }),
    jobView({
      id: 'g-notes',
      source: '/home/kim/Recordings/notes.mp3',
      title: 'notes.mp3',
      status: 'failed',
      group: 'done',
      stage: 'decode',
      stages: stagesUpTo('decode', 'stopped'),
      error: {
        code: 'not_a_recording',
        what: 'notes.mp3 is not an audio or video file that Debrief knows.',
        fix: 'Choose an audio or video file. If it is a recording, copy it again from where it was made.',
        stage: 'decode',
        detail: 'symphonia: unsupported format: no suitable format reader found (first bytes 54 68 69 73)',
      },
      created_at: ago(8000),
      updated_at: ago(6000),
    }),
    jobView({
      id: 'h-lunch',
      source: '/home/kim/Recordings/lunch talk.wav',
      title: say('lunch talk.wav', '午餐分享.wav'),
      status: 'cancelled',
      group: 'done',
      stages: stagesUpTo('transcribe', 'ahead'),
      duration_ms: 1_260_000,
      created_at: ago(12_000),
      updated_at: ago(11_000),
    }),
  ];
}

/** The backend that the page's address asks for. */
export function backendOfScene(query: URLSearchParams): MemoryBackend {
  const backend = backendNamed(query.get('scene'));
  // Browser tests drag files and send news through it.
  Object.assign(window, { memoryBackend: backend });
  return backend;
}

function backendNamed(name: string | null): MemoryBackend {
  const scene = SCENES.find((known) => known === name) ?? 'live';
  const chinese = navigator.language.startsWith('zh');
  switch (scene) {
    case 'empty':
      return new MemoryBackend({ alive: true });
    case 'live':
      return new MemoryBackend({ jobs: busy(chinese), alive: true });
    case 'busy':
      return new MemoryBackend({ jobs: busy(chinese) });
    case 'broken':
      return new MemoryBackend({
        about: {
          engine: 'No speech engine',
          engine_ready: false,
          engine_hint:
            'No speech model is chosen. Get one in the settings under Models, or run `debrief models list`.',
          notice:
            'The job database was damaged. It was kept as /home/kim/.local/share/debrief/jobs.damaged.db, and a new one was begun; your pages are untouched.',
        },
      });
    default:
      // Every other scene is about a connection, about speech, about notes, or about a record.
      if (isOneOf(NOTES_SCENES, scene)) return backendOfNotesScene(scene, busy(chinese));
      if (isOneOf(NOTION_SCENES, scene)) return backendOfNotionScene(scene, busy(chinese));
      if (isOneOf(SPEECH_SCENES, scene)) return backendOfSpeechScene(scene, busy(chinese));
      if (isOneOf(RECORD_SCENES, scene)) return backendOfRecordScene(scene, chinese, busy(chinese));
      return backendOfGoogleScene(scene, busy(chinese));
  }
}

function isOneOf<Named extends Scene>(scenes: readonly Named[], scene: Scene): scene is Named {
  return scenes.some((known) => known === scene);
}
