// The states of speech, each as a scene: `?backend=memory&scene=speech-downloading`.

import type { CommandError, JobView, Stage } from './backend';
import { linkLook } from './memory-google';
import { jobResult, jobView, MemoryBackend, needing, stagesUpTo } from './memory';
import { catalogue, MODEL_DAMAGED, MODEL_MISSING, modelsView } from './memory-models';
import { KEY_REFUSED, speakersView, speechReady, speechView, voice } from './memory-speech';

export const SPEECH_SCENES = [
  'speech-new',
  'speech-live',
  'speech-downloading',
  'speech-ready',
  'speech-service',
  'speech-broken',
  'speech-jobs',
  'speech-beside',
  'speech-companions',
] as const;
export type SpeechScene = (typeof SPEECH_SCENES)[number];

const READY = { state: { kind: 'ready' } } as const;
const MB = 1_000_000;

function needs(id: string, title: string, error: CommandError, stage: Stage = 'transcribe'): JobView {
  return jobView({
    id,
    title,
    duration_ms: 2_731_000,
    progress: 12,
    ...needing({ ...error, stage, detail: null }),
  });
}

/** One job for each button that a problem with speech has, and one whose speakers can be named. */
function speechJobs(): JobView[] {
  return [
    needs('s-model', 'Kick-off.mp4', MODEL_MISSING),
    needs('s-engine', 'All hands.mp4', {
      code: 'engine_failed',
      what: 'The speech engine stopped.',
      fix: 'Choose another engine or model.',
    }),
    needs('s-key', 'Board prep.mp4', KEY_REFUSED),
    needs('s-credit', 'Roadmap.mp4', {
      code: 'speech_credit_used_up',
      what: 'The credit with Groq is used up.',
      fix: 'Choose another engine, or add credit at Groq.',
    }),
    needs('s-memory', 'Budget.m4a', {
      code: 'not_enough_memory',
      what: 'Whisper large-v3 needs 4.1 GB of memory; 2.3 GB are free.',
      fix: 'Choose a smaller model, or close other programs.',
    }),
    needs('s-damaged', 'One on one.m4a', MODEL_DAMAGED),
    jobView({
      id: 's-done',
      title: 'Hiring sync',
      status: 'completed',
      group: 'done',
      progress: 100,
      stages: stagesUpTo(null),
      duration_ms: 2_880_000,
      engine: 'Whisper large-v3-turbo',
      updated_at: new Date(Date.now() + 1000).toISOString(),
      result: jobResult({
        title: 'Hiring sync',
        summary: 'Two candidates go on to the system design round.',
        identified_speakers: { 'Speaker 1': 'Mei', 'Speaker 2': 'Speaker 2' },
        warnings: [
          {
            code: 'transcript_unreadable',
            text: 'weekly.vtt could not be read as a transcript. The words come from speech recognition.',
          },
        ],
      }),
    }),
  ];
}

/** The backend of a scene; `jobs` are those of a busy day. */
export function backendOfSpeechScene(scene: SpeechScene, jobs: JobView[]): MemoryBackend {
  switch (scene) {
    case 'speech-new':
      return new MemoryBackend({ jobs });
    case 'speech-live':
      return new MemoryBackend({ jobs, alive: true });
    case 'speech-downloading':
      return new MemoryBackend({
        jobs,
        models: {
          free_bytes: 620 * MB,
          memory_bytes: 8_000 * MB,
          cores: 2,
          models: catalogue({
            'whisper-turbo': {
              state: {
                kind: 'downloading',
                bytes: 512 * MB,
                total: 874 * MB,
                rate_bytes_per_s: 11.4 * MB,
                eta_s: 250,
                started_again: true,
              },
            },
            'whisper-small': { state: { kind: 'paused', bytes: 101 * MB, total: 264 * MB } },
            'whisper-tiny': {
              state: { kind: 'failed', problem: MODEL_DAMAGED },
            },
            'parakeet-v3': { state: { kind: 'verifying' } },
          }),
        },
      });
    case 'speech-ready':
      return new MemoryBackend({
        jobs,
        about: { engine: 'Whisper large-v3-turbo' },
        speech: speechReady({
          gpus: ['NVIDIA GeForce RTX 4060'],
          vocabulary: ['Formosa Audio', 'Debrief', '陳怡君', 'nova-3'],
          chinese: 'traditional',
          speakers: speakersView({
            methods: speakersView().methods.map((method) => ({ ...method, ready: true, problem: null })),
            min: 2,
            max: 4,
            remember: true,
            voices: [voice({ id: 1 }), voice({ id: 2, name: 'Jonas', from: null })],
          }),
        }),
        models: modelsView({
          gpus: ['NVIDIA GeForce RTX 4060'],
          models: catalogue({
            'whisper-turbo': { ...READY, checked: 'verified', speed: 4.2, chosen: true, never_run: false },
            'whisper-small': { ...READY, checked: 'pinned', speed: 11 },
            speakrs: { ...READY, checked: 'verified' },
          }),
        }),
      });
    case 'speech-service':
      return new MemoryBackend({
        jobs,
        about: { engine: 'Deepgram nova-3' },
        speech: speechReady({
          engine: 'deepgram',
          model: null,
          next_job: 'Deepgram nova-3',
          language: 'zh-Hant',
        }),
      });
    case 'speech-broken':
      return new MemoryBackend({
        jobs,
        about: {
          engine: 'Whisper large-v3-turbo',
          engine_ready: false,
          engine_hint:
            'The model Whisper large-v3-turbo is not on this computer. Download it in the settings, or run `debrief models get whisper-large-v3-turbo`.',
        },
        speech: speechView({
          engine: 'transcribe-cpp',
          next_job: 'Whisper, Parakeet and others',
          problem: MODEL_MISSING,
          waiting_jobs: 3,
        }),
      });
    case 'speech-jobs':
      return new MemoryBackend({
        jobs: speechJobs(),
        about: { engine: 'Whisper large-v3-turbo' },
        speech: speechReady({ waiting_jobs: 6 }),
      });
    case 'speech-beside':
      return new MemoryBackend({
        jobs,
        looks: {
          '*': linkLook({
            text: '',
            name: 'Weekly review.mp4',
            size_bytes: 145 * MB,
            duration_ms: 3_501_000,
            transcripts: [
              { name: 'weekly.vtt', link: 'https://drive.google.com/file/d/1transcript-of-the-weekly/view' },
            ],
          }),
        },
      });
    case 'speech-companions':
      return new MemoryBackend({
        jobs,
        looks: {
          '*': linkLook({
            text: '',
            name: 'Weekly review (2026-11-05 09:00 GMT+1)',
            size_bytes: 145 * MB,
            duration_ms: 3_501_000,
            companions: ['Attendance report', 'Chat'].map((what, index) => ({
              name: `Weekly review (2026-11-05 09:00 GMT+1) - ${what}`,
              link: `https://drive.google.com/file/d/1companion-${index}-of-the-weekly/view`,
            })),
          }),
        },
      });
  }
}
