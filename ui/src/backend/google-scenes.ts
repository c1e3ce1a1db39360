// The states of the connection to Google, each as a scene: `?backend=memory&scene=expired`.

import type { CommandError, JobView } from './backend';
import { jobResult, jobView, MemoryBackend, needing, stagesUpTo } from './memory';
import {
  accountView,
  CLIENT_MISSING,
  KEYCHAIN_PROBLEM,
  SIGN_IN_EXPIRED,
  SIGN_IN_NEEDED,
} from './memory-google';

export const GOOGLE_SCENES = [
  'no-client',
  'signed-out',
  'signing-in',
  'expired',
  'keychain',
  'environment',
  'connected',
  'processed',
  'remedies',
  'rename-warning',
  'sandbox',
  'fetching',
] as const;
export type GoogleScene = (typeof GOOGLE_SCENES)[number];

const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view';
const MB = 1_000_000;

function waitsFor(id: string, title: string, error: CommandError, over: Partial<JobView> = {}): JobView {
  const needs = needing({ ...error, stage: 'fetch', detail: null });
  return jobView({ id, title, source: LINK, account: 'kim@example.com', ...needs, ...over });
}

function expired(): JobView[] {
  return ['Vendor call.mp4', 'Hiring sync.m4a', 'Weekly review.m4a'].map((title, index) =>
    waitsFor(`waits-${index}`, title, SIGN_IN_EXPIRED),
  );
}

/** One job for each button that a problem with Google has. */
function remedies(): JobView[] {
  const problem = (code: string, what: string, fix: string): CommandError => ({ code, what, fix });
  return [
    waitsFor('r-sign-in', 'All hands.mp4', SIGN_IN_NEEDED, { account: null }),
    waitsFor('r-client', 'Kick-off.mp4', CLIENT_MISSING, { account: null }),
    waitsFor(
      'r-pick',
      'Roadmap.mp4',
      problem(
        'pick_needed',
        'Debrief may not read this file yet.',
        'Choose it once in Google’s file chooser.',
      ),
    ),
    waitsFor(
      'r-access',
      'Budget.m4a',
      problem(
        'no_access',
        'Debrief can’t open this Drive file.',
        'Ask the owner for access, or switch account.',
      ),
    ),
    waitsFor(
      'r-forbidden',
      'Board meeting.mp4',
      problem(
        'download_forbidden',
        'The owner disabled downloads.',
        'Ask for a copy, then drop it on the window.',
      ),
    ),
    waitsFor(
      'r-keychain',
      'One on one.m4a',
      problem(
        'no_keychain',
        'The sign-in can’t be read from the keychain.',
        'Choose where sign-ins are kept.',
      ),
    ),
    jobView({
      id: 'r-offline',
      title: 'Standup.opus',
      source: LINK,
      stage: 'fetch',
      stages: stagesUpTo('fetch', 'stopped'),
      retry_at: new Date(Date.now() + 40_000).toISOString(),
      error: {
        code: 'offline',
        what: 'You’re offline.',
        fix: 'The job goes on by itself once the network is back.',
        stage: 'fetch',
        detail: null,
      },
    }),
  ];
}

function renamed(): JobView[] {
  const job = (id: string, title: string, over: Partial<Parameters<typeof jobResult>[0]>): JobView =>
    jobView({
      id,
      title,
      source: LINK,
      account: 'kim@example.com',
      status: 'completed',
      group: 'done',
      progress: 100,
      stages: stagesUpTo(null),
      duration_ms: 1_920_000,
      result: jobResult({ title, summary: 'The vendor lowers the price from March.', ...over }),
    });
  return [
    job('a-not-allowed', 'Vendor call about prices', {
      name_to_copy: '[2026-11-18] Vendor call about prices.mp4',
      warnings: [
        {
          code: 'rename_not_allowed',
          text: 'Only the owner may rename this recording. Copy the name and ask for it.',
        },
      ],
    }),
    job('b-renamed', 'Hiring sync', {
      drive_filename: '[2026-11-17] Hiring sync.m4a',
      renamed_from: 'GMT20261117-090031_Recording.m4a',
    }),
  ];
}

function fetching(): JobView {
  return jobView({
    id: 'fetches',
    title: 'Customer interview.m4a',
    source: LINK,
    account: 'kim@example.com',
    status: 'processing',
    group: 'working',
    stage: 'fetch',
    progress: 5,
    stage_progress: { done: 0, total: 45 * MB, unit: 'bytes' },
    stages: stagesUpTo('fetch'),
  });
}

/** A fetch that moves on by 3.1 MB a second, round and round. */
function fetchingBackend(): MemoryBackend {
  const backend = new MemoryBackend({ jobs: [fetching()] });
  let done = 0;
  setInterval(() => {
    done = (done + 0.31 * MB) % (45 * MB);
    const stage_progress = { done, total: 45 * MB, unit: 'bytes' as const };
    backend.send({
      kind: 'progress',
      id: 'fetches',
      progress: 5,
      stage_progress,
      in_line: false,
      message: '',
    });
  }, 100);
  return backend;
}

/** The backend of a scene; `jobs` are those of a busy day. */
export function backendOfGoogleScene(scene: GoogleScene, jobs: JobView[]): MemoryBackend {
  switch (scene) {
    case 'no-client':
      return new MemoryBackend({ google: { client_id: null, client_source: null, accounts: [] } });
    case 'signed-out':
      return new MemoryBackend({ google: { accounts: [] }, browserWaits: true });
    case 'signing-in':
      return new MemoryBackend({ jobs, google: { accounts: [], signing_in: true }, browserWaits: true });
    case 'expired':
      return new MemoryBackend({
        jobs: expired(),
        google: { accounts: [accountView({ signed_in: false, waiting_jobs: 3 })] },
        browserWaits: true,
      });
    case 'keychain':
      return new MemoryBackend({ jobs, google: { keychain_problem: KEYCHAIN_PROBLEM } });
    case 'environment':
      return new MemoryBackend({ jobs, google: { from_environment: true, accounts: [] } });
    case 'connected':
      return new MemoryBackend({
        jobs,
        google: {
          accounts: [
            accountView({ access: 'all_files' }),
            accountView({ id: 'work', email: 'kim.lin@work.example.com' }),
          ],
        },
        folders: [
          {
            id: 'f-drive',
            place: 'https://drive.google.com/drive/folders/1meet',
            name: 'Meet Recordings',
            kind: 'drive',
            companions: true,
            problem: null,
          },
          {
            id: 'f-local',
            place: '/media/disk/Recordings',
            name: 'Recordings',
            kind: 'local',
            companions: false,
            problem: {
              code: 'folder_gone',
              what: 'This folder is gone.',
              fix: 'Connect its disk, or stop watching it.',
            },
          },
        ],
      });
    case 'processed':
      return new MemoryBackend({
        jobs,
        looks: {
          '*': {
            name: 'Hiring sync.m4a',
            size_bytes: 45 * MB,
            duration_ms: 2_880_000,
            processed: { job_id: 'f-hiring', at: '2026-11-12T09:30:00Z', here: true },
          },
        },
      });
    case 'remedies':
      return new MemoryBackend({ jobs: remedies() });
    case 'rename-warning':
      return new MemoryBackend({ jobs: renamed() });
    case 'sandbox':
      return new MemoryBackend({ jobs, google: { sandbox: 'http://127.0.0.1:4010' } });
    case 'fetching':
      return fetchingBackend();
  }
}
