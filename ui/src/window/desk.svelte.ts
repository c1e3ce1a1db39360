// Everything that the window shows, each part told of what the others did, and what is said of it.

import { untrack } from 'svelte';

import type { Backend, CommandError, JobView } from '../backend/backend';
import { Announcer } from '../jobs/announcer';
import { Drafts } from '../jobs/drafts.svelte';
import { Google } from '../jobs/google.svelte';
import { Models } from '../jobs/models.svelte';
import { Notes } from '../jobs/notes.svelte';
import { Notion } from '../jobs/notion.svelte';
import { remedyOf } from '../jobs/remedies';
import { Speech } from '../jobs/speech.svelte';
import { stageDoing } from '../jobs/stages';
import { Jobs } from '../jobs/store.svelte';
import { Watched } from '../jobs/watched.svelte';
import { failureShown, told } from '../text/backend';
import type { Translate } from '../text/text';
import { dayOf } from '../text/time';

export class Desk {
  readonly jobs: Jobs;
  readonly google: Google;
  readonly notion: Notion;
  readonly speech: Speech;
  readonly notes: Notes;
  readonly models: Models;
  readonly watched: Watched;
  readonly drafts: Drafts;
  readonly announcer: Announcer;
  /** What a screen reader hears. */
  said = $state('');
  /** What has just been done, until it is read. */
  told = $state<string | null>(null);
  /** The job that was chosen last. */
  chosen = $state<string | null>(null);

  constructor(backend: Backend, t: Translate) {
    const sayError = (error: CommandError) => {
      const { what, fix } = failureShown(t, error);
      this.announcer.urgent(t('say-error', { what, fix }));
    };
    const saidOf = ({ error, message }: JobView) =>
      error ? failureShown(t, error) : { what: told(t, message), fix: '' };
    const tell = (text: string) => this.tell(text);
    this.announcer = new Announcer((text) => {
      // The same words twice in a row are heard twice only if the text differs. An effect that says something must not
      // run again for having said it.
      this.said = untrack(() => this.said) === text ? `${text}\u00A0` : text;
    });
    this.jobs = new Jobs(backend, {
      stageBegan: (job, stage) =>
        this.announcer.calm(t('say-stage', { title: job.title, doing: stageDoing(t, stage, job) })),
      ended: (job) => {
        const { title } = job;
        if (job.status === 'failed') {
          const { what, fix } = saidOf(job);
          this.announcer.urgent(t('say-failed', { title, what, fix }));
        } else {
          this.announcer.calm(t(job.status === 'completed' ? 'say-completed' : 'say-cancelled', { title }));
        }
      },
      needsPerson: (job) => {
        const { what, fix } = saidOf(job);
        this.announcer.urgent(t('say-needs', { title: job.title, what, fix }));
        // The job knew first that a sign-in has expired.
        if (job.error && remedyOf(job.error.code)) this.refresh();
      },
    });
    this.google = new Google(backend, {
      signedIn: (email) => tell(email === null ? t('told-signed-in-nobody') : t('told-signed-in', { email })),
      chosen: () => {
        tell(t('told-chosen'));
        this.drafts.lookAgain();
      },
      clientTaken: () => tell(t('told-client')),
      refused: sayError,
      changed: () => {
        this.drafts.lookAgain();
        // A sandbox and a place for sign-ins serve both.
        void this.notion.refresh();
      },
    });
    this.notion = new Notion(backend, {
      connected: (workspace) => tell(t('told-notion', { workspace })),
      placed: (place) => tell(t('told-placed', { place })),
      created: (count) => tell(t('told-created', { count })),
      tested: () => tell(t('test-written')),
      testRemoved: () => tell(t('told-test-removed')),
      refused: sayError,
      changed: () => void this.jobs.refreshAbout(),
    });
    const served = {
      keyTaken: (service: string) => tell(t('told-key', { service: told(t, service) })),
      keyRemoved: (service: string) => tell(t('told-key-removed', { service: told(t, service) })),
      tested: (answer: string) => this.announcer.urgent(told(t, answer)),
      refused: sayError,
    };
    this.speech = new Speech(backend, {
      ...served,
      voicesForgotten: (count) => tell(t('told-voices', { count })),
      changed: () => void this.jobs.refreshAbout(),
    });
    this.notes = new Notes(backend, {
      ...served,
      changed: () => {
        // "Local only" concerns everything that is asked over the network.
        void this.google.refresh();
        void this.notion.refresh();
        void this.speech.refresh();
        void this.jobs.refreshAbout();
      },
    });
    this.models = new Models(backend, {
      ready: ({ name }) => tell(t('told-model', { name })),
      stopped: ({ name }, error) => {
        const { what, fix } = failureShown(t, error);
        tell(t('say-model-stopped', { name, what, fix }));
      },
      refused: sayError,
      changed: () => {
        void this.speech.refresh();
        void this.jobs.refreshAbout();
      },
    });
    this.watched = new Watched(backend, sayError);
    this.drafts = new Drafts(backend, {
      submitted: (id) => {
        this.chosen = id;
        this.announcer.calm(t('say-added'));
      },
      refused: sayError,
      clientDropped: (path) => void this.google.readClient(path),
      looked: ({ problem, processed, transcripts: [transcript] }) => {
        if (problem) sayError(problem);
        else if (processed) {
          this.announcer.urgent(t('look-processed', { day: dayOf(t, processed.at, Date.now()) }));
        } else if (transcript) this.announcer.urgent(t('look-beside', { name: transcript.name }));
      },
    });
  }

  start(): void {
    void this.jobs.start();
    this.refresh();
    void this.models.start();
  }

  /** Asks how everything stands that may have changed elsewhere. */
  refresh(): void {
    void this.google.refresh();
    void this.notion.refresh();
    void this.speech.refresh();
    void this.notes.refresh();
  }

  /** Forgets what was refused. */
  calm(): void {
    this.google.error = null;
    this.google.sandboxError = null;
    this.notion.trouble = null;
    this.speech.calm();
    this.notes.calm();
    this.models.error = null;
  }

  /** Says what was done, to be seen and heard. */
  tell(text: string): void {
    this.told = text;
    this.announcer.urgent(text);
  }
}
