// The one button beside a problem: what a person can do about it, by the kind of failure.

import type { JobView } from '../backend/backend';
import { copyText } from '../lib/copy';
import type { Translate } from '../text/text';
import type { Drafts } from './drafts.svelte';
import type { Google } from './google.svelte';
import { driveAddress } from './sources';
import type { Jobs } from './store.svelte';

export type Remedy =
  | 'sign_in'
  | 'choose_file'
  | 'set_up'
  | 'switch_account'
  | 'copy_request'
  | 'open_settings'
  | 'retry_now'
  | 'connect_notion'
  | 'retry_notion'
  | 'choose_database'
  | 'check_properties'
  | 'get_model'
  | 'choose_engine'
  | 'usual_engine'
  | 'enter_key'
  | 'smaller_model'
  | 'download_again'
  | 'add_key'
  | 'choose_model'
  | 'other_model'
  | 'raise_cap'
  | 'privacy';

/** What the remedy is for. */
export interface Patient {
  /** The link or path that cannot be read. */
  source: string;
  /** Its name, as far as it is known. */
  name: string;
  account: string | null;
  jobId: string | null;
}

/** The remedy for a failure of the kind `code`, if there is a better one than to try again. */
export function remedyOf(code: string): Remedy | null {
  switch (code) {
    case 'sign_in_needed':
    case 'sign_in_expired':
    case 'sign_in_failed':
      return 'sign_in';
    case 'pick_needed':
    case 'wrong_pick':
      return 'choose_file';
    case 'google_client_missing':
      return 'set_up';
    case 'no_access':
      return 'switch_account';
    case 'download_forbidden':
      return 'copy_request';
    case 'no_keychain':
      return 'open_settings';
    case 'notion_not_connected':
    case 'notion_sign_in_expired':
      return 'connect_notion';
    case 'notion_no_access':
      return 'retry_notion';
    case 'notion_place_unset':
      return 'choose_database';
    case 'notion_property_unfit':
      return 'check_properties';
    case 'model_missing':
      return 'get_model';
    case 'model_unusable':
    case 'no_speech_engine':
    case 'engine_failed':
    case 'speech_credit_used_up':
      return 'choose_engine';
    case 'speech_key_missing':
    case 'speech_key_refused':
      return 'enter_key';
    case 'not_enough_memory':
      return 'smaller_model';
    case 'model_damaged':
      return 'download_again';
    case 'notes_key_missing':
    case 'notes_key_refused':
      return 'add_key';
    case 'notes_model_missing':
      return 'choose_model';
    case 'notes_credit_used_up':
    case 'notes_refused':
    case 'notes_unusable':
      return 'other_model';
    case 'spending_cap_reached':
      return 'raise_cap';
    case 'local_only':
      return 'privacy';
    case 'offline':
    case 'service_busy':
      return 'retry_now';
    default:
      // Codes are many, and for most of them trying again is all there is.
      return null;
  }
}

/** The remedy that a job's row offers. */
export function remedyOfJob(job: JobView): Remedy | null {
  switch (job.group) {
    case 'waiting':
      return job.retry_at !== null ? 'retry_now' : null;
    case 'needs_you':
    case 'done': {
      const remedy = job.error ? remedyOf(job.error.code) : null;
      // A job that no longer retries by itself has its own "Retry".
      return remedy === 'retry_now' ? null : remedy;
    }
    case 'working':
      return null;
  }
}

/** What the details of a job offer beside its remedy. */
export function otherRemedyOfJob(job: JobView): Remedy | null {
  switch (remedyOfJob(job)) {
    case 'retry_notion':
      return 'choose_database';
    case 'choose_engine':
    case 'enter_key':
    case 'get_model':
    case 'smaller_model':
    case 'download_again':
      // What is chosen in the settings doesn't touch a job with an engine of its own.
      return job.own_engine ? 'usual_engine' : null;
    default:
      // For most there is one thing to do.
      return null;
  }
}

/** Whether a job that stopped offers to try again besides its remedy. */
export function retriesBeside(remedy: Remedy | null): boolean {
  return remedy !== 'retry_notion';
}

export function patientOf(job: JobView): Patient {
  return { source: job.source, name: job.title, account: job.account, jobId: job.id };
}

/** Where the settings can be opened: at a part, at the choice of a place in Notion, or at the keys of services. */
export type SettingsPlace =
  | 'google'
  | 'notion'
  | 'notion-place'
  | 'transcription'
  | 'services'
  | 'models'
  | 'summary'
  | 'providers'
  | 'spending'
  | 'privacy';

/** What remedies are made with. */
export interface Cabinet {
  jobs: Jobs;
  google: Google;
  drafts: Drafts;
  openSettings: (at?: SettingsPlace) => void;
  /** Says what was done. */
  tell: (text: string) => void;
  t: Translate;
}

/** Does what helps a job, or a link that is no job yet. */
export async function apply(remedy: Remedy, { source, name, account, jobId }: Patient, cabinet: Cabinet) {
  const { jobs, google, drafts, openSettings, tell, t } = cabinet;
  switch (remedy) {
    case 'sign_in':
      await google.signIn(google.accessOf(account));
      break;
    case 'switch_account':
      // Nothing tells the backend that this job was meant.
      if ((await google.signIn(google.accessOf(account))) && jobId !== null) await goOn(jobs, jobId);
      break;
    case 'choose_file':
      await google.choose(jobId === null ? source : null, jobId);
      break;
    case 'set_up':
      openSettings('google');
      break;
    case 'open_settings':
      openSettings(missesNotion(jobs, jobId) ? 'notion' : 'google');
      break;
    case 'connect_notion':
    case 'check_properties':
      openSettings('notion');
      break;
    case 'choose_database':
      openSettings('notion-place');
      break;
    case 'choose_engine':
      openSettings('transcription');
      break;
    case 'usual_engine':
      if (jobId !== null) await jobs.retryWithUsualEngine(jobId);
      break;
    case 'enter_key':
      openSettings('services');
      break;
    case 'get_model':
    case 'smaller_model':
    case 'download_again':
      openSettings('models');
      break;
    case 'add_key':
      openSettings('providers');
      break;
    case 'choose_model':
    case 'other_model':
      openSettings('summary');
      break;
    case 'raise_cap':
      openSettings('spending');
      break;
    case 'privacy':
      openSettings('privacy');
      break;
    case 'copy_request': {
      const message = t('request-message', { name, link: driveAddress(source) });
      tell((await copyText(message)) ? t('request-copied') : t('request-uncopied'));
      break;
    }
    case 'retry_notion':
    case 'retry_now':
      if (jobId === null) await drafts.looks.now(source);
      else await jobs.retry(jobId, null);
      break;
  }
}

/** Whether it is Notion's token that cannot be read; before a page is written, that is Google's. */
function missesNotion(jobs: Jobs, jobId: string | null): boolean {
  const job = jobId === null ? undefined : jobs.get(jobId);
  return job?.destination === 'notion' && job.error?.stage === 'publish';
}

async function goOn(jobs: Jobs, jobId: string): Promise<void> {
  const job = jobs.get(jobId);
  if (job && (job.group === 'needs_you' || job.status === 'failed')) await jobs.retry(jobId, null);
}
