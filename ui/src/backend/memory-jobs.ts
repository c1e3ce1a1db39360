// Jobs as the backend would tell of them, made up for scenes and tests.

import type { JobError, JobResult, JobView, Stage, StageView } from './backend';

/** Who writes notes where no language model is asked. */
export const EXTRACTIVE = 'Nobody: sentences taken from the transcript';

const WEIGHTS: readonly (readonly [Stage, number])[] = [
  ['fetch', 10],
  ['decode', 20],
  ['transcribe', 850],
  ['diarize', 90],
  ['identify', 5],
  ['summarize', 10],
  ['publish', 10],
  ['rename', 5],
];

/** The stages of a job that has finished those before `stage`; `null` stands for all. */
export function stagesUpTo(
  stage: Stage | null,
  state: 'running' | 'stopped' | 'ahead' = 'running',
  took_ms: (weight: number) => number = (weight) => weight * 400,
): StageView[] {
  const reached = stage === null ? WEIGHTS.length : WEIGHTS.findIndex(([name]) => name === stage);
  return WEIGHTS.map(([name, weight], index) => ({
    stage: name,
    weight,
    state: index < reached ? 'done' : index === reached ? state : 'ahead',
    took_ms: index < reached ? took_ms(weight) : null,
  }));
}

/** A job that waits for its turn, changed by `over`. */
export function jobView(over: Partial<JobView> & { id: string }): JobView {
  const at = new Date().toISOString();
  return {
    status: 'pending',
    progress: 0,
    message: 'Waiting',
    created_at: at,
    updated_at: at,
    result: null,
    error: null,
    title: over.id,
    source: `/home/kim/Recordings/${over.id}`,
    attachments: [],
    account: null,
    duration_ms: null,
    engine: 'PocketSphinx (rough, English only)',
    own_engine: false,
    notes_by: EXTRACTIVE,
    cost: null,
    group: 'waiting',
    stage: null,
    stage_progress: null,
    in_line: false,
    retry_at: null,
    stages: stagesUpTo('fetch', 'ahead'),
    warnings: [],
    page_outdated: false,
    destination: 'folder',
    revision: 1,
    ...over,
  };
}

/** What a completed job gives, changed by `over`. */
export function jobResult(over: Partial<JobResult> & { title: string }): JobResult {
  return {
    summary: '',
    todos: [],
    identified_speakers: {},
    page_path: `~/Documents/Debrief/${over.title}.md`,
    page_html_path: `~/Documents/Debrief/${over.title}.html`,
    drive_filename: null,
    renamed_from: null,
    name_to_copy: null,
    warnings: [],
    notion_page_url: null,
    page_undone: false,
    ...over,
  };
}

/** What a completed job gives whose page is in Notion, changed by `over`. */
export function notionResult(over: Partial<JobResult> & { title: string }): JobResult {
  return jobResult({
    page_path: null,
    page_html_path: null,
    notion_page_url: 'https://www.notion.so/Hiring-sync-0123456789abcdef0123456789abcdef',
    ...over,
  });
}

/** What a job that cannot go on without the person has in common, by what it needs. */
export function needing(error: JobError): Partial<JobView> {
  return {
    status: 'processing',
    group: 'needs_you',
    stage: error.stage,
    stages: stagesUpTo(error.stage, 'stopped'),
    error,
  };
}

/** The needs of a page folder that cannot be written to, for scenes and tests. */
export const PAGE_FOLDER_GONE: JobError = {
  code: 'page_folder_gone',
  what: 'The folder for pages, /home/kim/Documents/Debrief, has gone.',
  fix: 'Connect the drive or choose another folder in the settings; the transcript is safe.',
  stage: 'publish',
  detail: 'No such file or directory (os error 2)',
};
