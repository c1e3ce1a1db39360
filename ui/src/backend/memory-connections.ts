// The part of the backend in memory that is about Google, Notion and watched folders. Jobs that waited for one of them go on.

import type {
  DriveAccess,
  GoogleView,
  LinkLook,
  NotionPlaces,
  NotionRole,
  NotionView,
  PageDestination,
  PageOptions,
  SecretsKept,
  WatchedFolder,
} from './backend';
import { type GoogleOptions, MemoryGoogle } from './memory-google';
import type { NotesOptions } from './memory-notes';
import { MemoryNotion, type NotionOptions } from './memory-notion';
import { MemoryRecords, type RecordOptions } from './memory-record';
import type { SpeechOptions } from './memory-speech';

export interface ConnectionOptions
  extends GoogleOptions, NotesOptions, NotionOptions, RecordOptions, SpeechOptions {}

export abstract class MemoryConnections extends MemoryRecords {
  readonly google: MemoryGoogle;
  readonly notion: MemoryNotion;
  /** Every text that was looked up, in order. */
  readonly lookedUp: string[] = [];
  /** Every question to Notion's search, in order. */
  readonly searched: string[] = [];

  constructor(connections: ConnectionOptions) {
    super(connections);
    this.google = new MemoryGoogle(connections);
    this.notion = new MemoryNotion(connections);
  }

  async googleStatus(): Promise<GoogleView> {
    return this.google.view;
  }

  async signInGoogle(access: DriveAccess): Promise<GoogleView> {
    this.calls.push(['signInGoogle', access]);
    return this.#goOnAfter(this.google.signIn(access));
  }

  async chooseInGoogle(link: string | null, jobId: string | null): Promise<GoogleView> {
    this.calls.push(['chooseInGoogle', link, jobId]);
    return this.#goOnAfter(this.google.choose());
  }

  async cancelSignIn(): Promise<void> {
    this.calls.push(['cancelSignIn']);
    this.google.cancel();
  }

  async signOutGoogle(accountId: string): Promise<GoogleView> {
    this.calls.push(['signOutGoogle', accountId]);
    return this.google.signOut(accountId);
  }

  async setGoogleClient(clientId: string, clientSecret: string): Promise<GoogleView> {
    this.calls.push(['setGoogleClient', clientId, clientSecret]);
    this.refuseIfAsked();
    return this.google.setClient(clientId);
  }

  async readGoogleClient(path: string): Promise<GoogleView> {
    this.calls.push(['readGoogleClient', path]);
    this.refuseIfAsked();
    return this.google.setClient('409218.apps.googleusercontent.com');
  }

  async keepSecrets(where: SecretsKept): Promise<GoogleView> {
    this.calls.push(['keepSecrets', where]);
    return this.google.keepSecrets(where);
  }

  async useSandbox(address: string | null): Promise<GoogleView> {
    this.calls.push(['useSandbox', address]);
    const view = this.google.useSandbox(address);
    this.notion.change({ sandbox: address });
    return view;
  }

  async lookUp(text: string): Promise<LinkLook> {
    this.lookedUp.push(text);
    return this.google.look(text);
  }

  async notionStatus(): Promise<NotionView> {
    return this.notion.view;
  }

  async connectNotion(token: string): Promise<NotionView> {
    this.calls.push(['connectNotion', token]);
    this.refuseIfAsked();
    return this.#goOnInNotion(this.notion.connect(token));
  }

  async signInNotion(clientId: string, clientSecret: string): Promise<NotionView> {
    this.calls.push(['signInNotion', clientId, clientSecret]);
    return this.#goOnInNotion(await this.notion.signIn(clientId));
  }

  async cancelNotionSignIn(): Promise<void> {
    this.calls.push(['cancelNotionSignIn']);
    this.notion.cancel();
  }

  async openNotionIntegrations(): Promise<void> {
    this.calls.push(['openNotionIntegrations']);
    this.refuseIfAsked();
  }

  async disconnectNotion(): Promise<NotionView> {
    this.calls.push(['disconnectNotion']);
    this.refuseIfAsked();
    return this.notion.disconnect();
  }

  async searchNotion(query: string, cursor: string | null): Promise<NotionPlaces> {
    this.searched.push(cursor === null ? query : `${query} after ${cursor}`);
    return this.notion.search(query, cursor);
  }

  async chooseNotionPlace(place: string): Promise<NotionView> {
    this.calls.push(['chooseNotionPlace', place]);
    this.refuseIfAsked();
    return this.#goOnInNotion(this.notion.choose(place));
  }

  async mapNotionProperty(role: NotionRole, property: string | null): Promise<NotionView> {
    this.calls.push(['mapNotionProperty', role, property]);
    this.refuseIfAsked();
    return this.notion.map(role, property);
  }

  async createNotionProperties(): Promise<NotionView> {
    this.calls.push(['createNotionProperties']);
    this.refuseIfAsked();
    return this.notion.create();
  }

  async writeNotionTestPage(): Promise<string> {
    this.calls.push(['writeNotionTestPage']);
    this.refuseIfAsked();
    return this.notion.writeTest();
  }

  async removeNotionTestPage(): Promise<void> {
    this.calls.push(['removeNotionTestPage']);
    this.refuseIfAsked();
    this.notion.removeTest();
  }

  async openNotionTestPage(): Promise<void> {
    this.calls.push(['openNotionTestPage']);
    this.refuseIfAsked();
  }

  async setDestination(destination: PageDestination): Promise<NotionView> {
    this.calls.push(['setDestination', destination]);
    this.refuseIfAsked();
    return this.notion.setDestination(destination);
  }

  async setPageOptions(options: PageOptions): Promise<NotionView> {
    this.calls.push(['setPageOptions', options]);
    this.refuseIfAsked();
    return this.notion.setOptions(options);
  }

  async watchedFolders(): Promise<WatchedFolder[]> {
    return this.google.folders;
  }

  async watchFolder(place: string): Promise<WatchedFolder[]> {
    this.calls.push(['watchFolder', place]);
    return this.google.watch(place);
  }

  async setWatchCompanions(id: string, companions: boolean): Promise<WatchedFolder[]> {
    this.calls.push(['setWatchCompanions', id, companions]);
    this.refuseIfAsked();
    return this.google.setCompanions(id, companions);
  }

  async unwatchFolder(id: string): Promise<WatchedFolder[]> {
    this.calls.push(['unwatchFolder', id]);
    return this.google.unwatch(id);
  }

  protected override goOnAfterNotes(codes: readonly string[]): void {
    this.#goOn((code) => codes.some((each) => code.startsWith(each)));
  }

  async #goOnAfter(answer: Promise<GoogleView>): Promise<GoogleView> {
    const view = await answer;
    this.#goOn((code) => /^(?:sign_in|pick)_/u.test(code));
    return view;
  }

  #goOnInNotion(view: NotionView): NotionView {
    this.#goOn((code) => code.startsWith('notion_'));
    return view;
  }

  /** Jobs that waited for the person, for the reason that `isMended` knows, go on. */
  #goOn(isMended: (code: string) => boolean): void {
    for (const job of this.jobs.values()) {
      const waits = job.group === 'needs_you' && job.error !== null && isMended(job.error.code);
      if (waits) this.change({ ...job, status: 'pending', group: 'waiting', stage: null, error: null });
    }
  }
}
