// The states of notes, each as a scene: `?backend=memory&scene=notes-ready`.

import type { CommandError, JobView } from './backend';
import { jobResult, jobView, MemoryBackend, needing, stagesUpTo } from './memory';
import { linkLook } from './memory-google';
import {
  CAP_REACHED,
  keyMissing,
  keyRefused,
  LOCAL_ONLY,
  notesReady,
  notesView,
  spendingView,
  template,
  TEMPLATE_BROKEN,
} from './notes-views';

export const NOTES_SCENES = [
  'notes-new',
  'notes-ready',
  'notes-local',
  'notes-capped',
  'notes-keyless',
  'notes-jobs',
] as const;
export type NotesScene = (typeof NOTES_SCENES)[number];

/** A recording of 48 minutes, whatever the link is. */
const LOOKS = {
  '*': linkLook({ text: '', name: 'Weekly review.mp4', size_bytes: 145_000_000, duration_ms: 2_880_000 }),
};

function needs(id: string, title: string, error: CommandError): JobView {
  return jobView({
    id,
    title,
    duration_ms: 2_731_000,
    progress: 96,
    notes_by: 'OpenAI gpt-5-mini',
    cost: {
      estimated_usd: 0.0396,
      spent_usd: 0,
      unpriced: false,
      input_tokens: 0,
      output_tokens: 0,
      audio_minutes: 0,
    },
    ...needing({ ...error, stage: 'summarize', detail: null }),
  });
}

/** One job for each button that a problem with notes has, and one that tells what it cost. */
function notesJobs(): JobView[] {
  return [
    needs('n-key', 'Kick-off.mp4', keyMissing('OpenAI')),
    needs('n-refused-key', 'All hands.mp4', keyRefused('OpenAI')),
    needs('n-credit', 'Roadmap.mp4', {
      code: 'notes_credit_used_up',
      what: 'The credit with OpenAI is used up.',
      fix: 'Choose another model, or add credit at OpenAI.',
    }),
    needs('n-model', 'Budget.m4a', {
      code: 'notes_model_missing',
      what: 'OpenAI has no model “gpt-5-mini”.',
      fix: 'Choose one of its models.',
    }),
    needs('n-unusable', 'One on one.m4a', {
      code: 'notes_unusable',
      what: 'gpt-5-nano gave no answer that can be used.',
      fix: 'Choose another model, or try again.',
    }),
    needs('n-cap', 'Board prep.mp4', CAP_REACHED),
    needs('n-local', 'Vendor call.m4a', LOCAL_ONLY),
    jobView({
      id: 'n-done',
      title: 'Hiring sync',
      status: 'completed',
      group: 'done',
      progress: 100,
      stages: stagesUpTo(null),
      duration_ms: 2_880_000,
      engine: 'Deepgram nova-3',
      notes_by: 'OpenAI gpt-5-mini',
      cost: {
        estimated_usd: 0.24,
        spent_usd: 0.2316,
        unpriced: false,
        input_tokens: 18_412,
        output_tokens: 1_306,
        audio_minutes: 48,
      },
      updated_at: new Date(Date.now() + 1000).toISOString(),
      result: jobResult({
        title: 'Hiring sync',
        summary: 'Two candidates go on to the system design round.',
      }),
    }),
  ];
}

/** The backend of a scene; `jobs` are those of a busy day. */
export function backendOfNotesScene(scene: NotesScene, jobs: JobView[]): MemoryBackend {
  switch (scene) {
    case 'notes-new':
      return new MemoryBackend({ jobs, looks: LOOKS });
    case 'notes-ready':
      return new MemoryBackend({
        jobs,
        looks: LOOKS,
        notes: notesReady({
          language: 'zh-Hant',
          glossary: ['Formosa Audio', '陳怡君'],
          templates: [
            ...notesView().templates,
            template({
              id: 'clinic',
              name: 'Clinic round',
              name_zh: '門診討論',
              description: 'For the Tuesday round.',
              description_zh: '週二門診討論用。',
              built_in: false,
              path: '~/.config/debrief/templates/clinic.toml',
              parts: ['decisions', 'todos'],
            }),
            template({
              id: 'book-club',
              name: 'book-club',
              built_in: false,
              path: '~/.config/debrief/templates/book-club.toml',
              problem: TEMPLATE_BROKEN,
              parts: [],
            }),
          ],
          template: 'clinic',
        }),
      });
    case 'notes-local':
      return new MemoryBackend({ jobs, notes: notesReady({ local_only: true, waiting_jobs: 2 }) });
    case 'notes-capped': {
      const { spending } = notesReady();
      return new MemoryBackend({
        jobs,
        notes: notesReady({ spending: spendingView({ ...spending, cap_usd: 1.25 }), waiting_jobs: 1 }),
      });
    }
    case 'notes-keyless':
      return new MemoryBackend({
        jobs,
        notes: notesView({
          models: [{ provider: 'anthropic', model: 'claude-haiku-4-5' }],
          waiting_jobs: 3,
        }),
      });
    case 'notes-jobs':
      return new MemoryBackend({ jobs: notesJobs(), notes: notesReady({ waiting_jobs: 7 }) });
  }
}
