// The states of the connection to Notion, each as a scene: `?backend=memory&scene=notion-missing`.

import type { CommandError, JobView, NotionView, Stage } from './backend';
import { jobView, MemoryBackend, needing, notionResult, stagesUpTo } from './memory';
import {
  NOTION_NO_ACCESS,
  NOTION_NOT_CONNECTED,
  NOTION_PLACES,
  NOTION_REVOKED,
  NOTION_UNPLACED,
  notionConnection,
  notionPlace,
  notionProperties,
} from './memory-notion';

export const NOTION_SCENES = [
  'notion-none',
  'notion-signing-in',
  'notion-client',
  'notion-unplaced',
  'notion',
  'notion-missing',
  'notion-unfit',
  'notion-page',
  'notion-refused',
  'notion-environment',
  'notion-empty',
  'notion-jobs',
] as const;
export type NotionScene = (typeof NOTION_SCENES)[number];

const notInNotion: Partial<NotionView> = {
  connection: null,
  place: null,
  properties: [],
  upload_limit_bytes: null,
};

function stopped(id: string, title: string, error: CommandError, stage: Stage = 'publish'): JobView {
  const needs = needing({ ...error, stage, detail: 'HTTP 404, object_not_found' });
  return jobView({ id, title, destination: 'notion', duration_ms: 2_731_000, progress: 97, ...needs });
}

/** One job for each button that a problem with Notion has, and jobs whose page is there. */
function notionJobs(): JobView[] {
  const done = (id: string, title: string, over: Partial<JobView> = {}): JobView =>
    jobView({
      id,
      title,
      destination: 'notion',
      status: 'completed',
      group: 'done',
      progress: 100,
      stages: stagesUpTo(null),
      duration_ms: 2_880_000,
      ...over,
    });
  const why: CommandError = {
    code: 'service_busy',
    what: 'Notion is busy.',
    fix: 'The job goes on by itself.',
  };
  return [
    stopped('n-connect', 'Kick-off.mp4', NOTION_NOT_CONNECTED),
    stopped('n-expired', 'All hands.mp4', NOTION_REVOKED),
    stopped('n-access', 'Board prep.mp4', NOTION_NO_ACCESS),
    stopped('n-place', 'Roadmap.mp4', NOTION_UNPLACED),
    stopped('n-unfit', 'Budget.m4a', {
      code: 'notion_property_unfit',
      what: '“Date” in “Meetings” is no date any more.',
      fix: 'Choose another property for the date, or change it back in Notion.',
    }),
    stopped('n-refused', 'One on one.m4a', {
      code: 'notion_refused',
      what: 'Notion refused the page.',
      fix: 'Try again. If it stays so, copy the technical details.',
    }),
    jobView({
      id: 'n-busy',
      title: 'Standup.opus',
      destination: 'notion',
      stage: 'publish',
      stages: stagesUpTo('publish', 'stopped'),
      retry_at: new Date(Date.now() + 125_000).toISOString(),
      error: { ...why, stage: 'publish', detail: null },
    }),
    done('n-done', 'Hiring sync', {
      updated_at: new Date(Date.now() + 1000).toISOString(),
      result: notionResult({
        title: 'Hiring sync',
        summary: 'Two candidates go on to the system design round.',
        todos: ['Mei: send the invitations by Friday'],
        renamed_from: 'GMT20261117-090031_Recording.m4a',
        drive_filename: '[2026-11-17] Hiring sync.m4a',
        warnings: [
          {
            code: 'recording_too_large',
            text: 'The recording is larger than this workspace takes (5 MB). The page links to it instead.',
          },
        ],
      }),
    }),
    done('n-undone', 'Vendor call', {
      result: notionResult({ title: 'Vendor call', notion_page_url: null, page_undone: true }),
    }),
  ];
}

/** The backend of a scene; `jobs` are those of a busy day. */
export function backendOfNotionScene(scene: NotionScene, jobs: JobView[]): MemoryBackend {
  switch (scene) {
    case 'notion-none':
      return new MemoryBackend({ jobs, notion: { ...notInNotion, destination: 'folder' } });
    case 'notion-signing-in':
      return new MemoryBackend({
        jobs,
        notion: { ...notInNotion, client_id: '0a1b2c', signing_in: true },
        browserWaits: true,
      });
    case 'notion-client':
      return new MemoryBackend({
        jobs,
        notion: { ...notInNotion, client_id: '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9' },
        browserWaits: true,
      });
    case 'notion-unplaced':
      return new MemoryBackend({
        jobs,
        notion: {
          connection: notionConnection({ kind: 'personal', user: 'Kim Lin' }),
          place: null,
          properties: [],
        },
      });
    case 'notion':
      return new MemoryBackend({
        jobs,
        notion: {
          connection: notionConnection({ kind: 'oauth', user: 'Kim Lin' }),
          place: NOTION_PLACES[1] ?? null,
        },
      });
    case 'notion-missing':
      return new MemoryBackend({
        jobs,
        notion: { properties: notionProperties(['duration', 'tags', 'debrief_id']) },
      });
    case 'notion-unfit':
      return new MemoryBackend({
        jobs,
        notion: {
          place_problem: {
            code: 'notion_property_unfit',
            what: '“Date” in “Meetings” is no date any more.',
            fix: 'Choose another property for the date, or change it back in Notion.',
          },
          properties: notionProperties().map((property) =>
            property.role === 'date'
              ? { ...property, problem: 'The property “Date” is of the type rich text; date needs date.' }
              : property,
          ),
        },
      });
    case 'notion-page':
      return new MemoryBackend({
        jobs,
        notion: {
          place: notionPlace({ id: 'wiki', kind: 'page', name: 'Team wiki', icon: null }),
          properties: [],
        },
      });
    case 'notion-refused':
      return new MemoryBackend({ jobs, notion: { problem: NOTION_REVOKED, waiting_jobs: 3 } });
    case 'notion-environment':
      return new MemoryBackend({ jobs, notion: { connection: notionConnection({ kind: 'environment' }) } });
    case 'notion-empty':
      return new MemoryBackend({ jobs, notion: { place: null, properties: [] }, notionPlaces: [] });
    case 'notion-jobs':
      return new MemoryBackend({ jobs: notionJobs(), notion: { waiting_jobs: 6 } });
  }
}
