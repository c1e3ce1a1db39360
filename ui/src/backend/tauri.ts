// The backend of the app: Tauri's commands, one channel of news, and the files that the system drops on the window.

import { Channel } from '@tauri-apps/api/core';
import { getCurrentWebview } from '@tauri-apps/api/webview';

import type {
  Backend,
  ChineseScript,
  DriveAccess,
  FileDrag,
  JobNews,
  ModelChoice,
  ModelsView,
  NotesEdit,
  NotionRole,
  PageDestination,
  PageOptions,
  PickKind,
  ProcessWishes,
  SecretsKept,
  Stage,
} from './backend';
import { commands } from './bindings';

export class TauriBackend implements Backend {
  processFile(fileId: string, attachmentFileIds: string[]) {
    return commands.processFileAsync(fileId, attachmentFileIds.length > 0 ? attachmentFileIds : null);
  }

  processSample() {
    return commands.processSample();
  }

  listJobs() {
    return commands.listJobs();
  }

  async cancelJob(jobId: string) {
    await commands.cancelJob(jobId);
  }

  async retryJob(jobId: string, from: Stage | null) {
    await commands.retryJob(jobId, from);
  }

  async retryWithUsualEngine(jobId: string) {
    await commands.retryWithUsualEngine(jobId);
  }

  async deleteJob(jobId: string) {
    await commands.deleteJob(jobId);
  }

  async pauseAll() {
    await commands.pauseAll();
  }

  async resumeAll() {
    await commands.resumeAll();
  }

  async openPage(jobId: string) {
    await commands.openPage(jobId);
  }

  pickFiles(kind: PickKind) {
    return commands.pickFiles(kind);
  }

  about() {
    return commands.about();
  }

  googleStatus() {
    return commands.googleStatus();
  }

  signInGoogle(access: DriveAccess) {
    return commands.signInGoogle(access);
  }

  chooseInGoogle(link: string | null, jobId: string | null) {
    return commands.chooseInGoogle(link, jobId);
  }

  async cancelSignIn() {
    await commands.cancelSignIn();
  }

  signOutGoogle(accountId: string) {
    return commands.signOutGoogle(accountId);
  }

  setGoogleClient(clientId: string, clientSecret: string) {
    return commands.setGoogleClient(clientId, clientSecret);
  }

  readGoogleClient(path: string) {
    return commands.readGoogleClient(path);
  }

  keepSecrets(where: SecretsKept) {
    return commands.keepSecrets(where);
  }

  useSandbox(address: string | null) {
    return commands.useSandbox(address);
  }

  lookUp(text: string) {
    return commands.lookUp(text);
  }

  async undoRename(jobId: string) {
    await commands.undoRename(jobId);
  }

  watchedFolders() {
    return commands.watchedFolders();
  }

  watchFolder(place: string) {
    return commands.watchFolder(place);
  }

  setWatchCompanions(id: string, companions: boolean) {
    return commands.setWatchCompanions(id, companions);
  }

  unwatchFolder(id: string) {
    return commands.unwatchFolder(id);
  }

  notionStatus() {
    return commands.notionStatus();
  }

  connectNotion(token: string) {
    return commands.connectNotion(token);
  }

  signInNotion(clientId: string, clientSecret: string) {
    return commands.signInNotion(clientId, clientSecret);
  }

  async cancelNotionSignIn() {
    await commands.cancelNotionSignIn();
  }

  async openNotionIntegrations() {
    await commands.openNotionIntegrations();
  }

  disconnectNotion() {
    return commands.disconnectNotion();
  }

  searchNotion(query: string, cursor: string | null) {
    return commands.searchNotion(query, cursor);
  }

  chooseNotionPlace(place: string) {
    return commands.chooseNotionPlace(place);
  }

  mapNotionProperty(role: NotionRole, property: string | null) {
    return commands.mapNotionProperty(role, property);
  }

  createNotionProperties() {
    return commands.createNotionProperties();
  }

  writeNotionTestPage() {
    return commands.writeNotionTestPage();
  }

  async removeNotionTestPage() {
    await commands.removeNotionTestPage();
  }

  async openNotionTestPage() {
    await commands.openNotionTestPage();
  }

  setDestination(destination: PageDestination) {
    return commands.setDestination(destination);
  }

  setPageOptions(options: PageOptions) {
    return commands.setPageOptions(options);
  }

  async updatePage(jobId: string) {
    await commands.updatePage(jobId);
  }

  async undoPage(jobId: string) {
    await commands.undoPage(jobId);
  }

  pageMarkdown(jobId: string) {
    return commands.pageMarkdown(jobId);
  }

  speechStatus() {
    return commands.speechStatus();
  }

  chooseEngine(engine: string | null, model: string | null) {
    return commands.chooseEngine(engine, model);
  }

  setSpeechLanguage(language: string | null, chinese: ChineseScript | null) {
    return commands.setSpeechLanguage(language, chinese);
  }

  setVocabulary(words: string[]) {
    return commands.setVocabulary(words);
  }

  setGpu(on: boolean) {
    return commands.setGpu(on);
  }

  setSpeakers(method: string | null, min: number | null, max: number | null) {
    return commands.setSpeakers(method, min, max);
  }

  rememberVoices(on: boolean) {
    return commands.rememberVoices(on);
  }

  forgetVoice(id: number) {
    return commands.forgetVoice(id);
  }

  forgetAllVoices() {
    return commands.forgetAllVoices();
  }

  setSpeechKey(service: string, key: string) {
    return commands.setSpeechKey(service, key);
  }

  removeSpeechKey(service: string) {
    return commands.removeSpeechKey(service);
  }

  testSpeechService(service: string) {
    return commands.testSpeechService(service);
  }

  setSpeechService(service: string, baseUrl: string | null, model: string | null) {
    return commands.setSpeechService(service, baseUrl, model);
  }

  models() {
    return commands.models();
  }

  getModel(id: string) {
    return commands.getModel(id);
  }

  pauseModel(id: string) {
    return commands.pauseModel(id);
  }

  cancelModel(id: string) {
    return commands.cancelModel(id);
  }

  removeModel(id: string) {
    return commands.removeModel(id);
  }

  addModelFile() {
    return commands.addModelFile();
  }

  moveModels() {
    return commands.moveModels();
  }

  async followModels(tell: (models: ModelsView) => void) {
    const channel = new Channel<ModelsView>();
    channel.onmessage = tell;
    await commands.followModels(channel);
  }

  async nameSpeaker(jobId: string, label: string, name: string, remember: boolean) {
    await commands.nameSpeaker(jobId, label, name, remember);
  }

  notesStatus() {
    return commands.notesStatus();
  }

  setNotesModels(models: ModelChoice[]) {
    return commands.setNotesModels(models);
  }

  setNotesKey(provider: string, key: string) {
    return commands.setNotesKey(provider, key);
  }

  removeNotesKey(provider: string) {
    return commands.removeNotesKey(provider);
  }

  testNotesProvider(provider: string, model: string | null) {
    return commands.testNotesProvider(provider, model);
  }

  listNotesModels(provider: string) {
    return commands.listNotesModels(provider);
  }

  setNotesServer(provider: string, baseUrl: string | null, windowTokens: number | null) {
    return commands.setNotesServer(provider, baseUrl, windowTokens);
  }

  setNotesLanguage(language: string | null) {
    return commands.setNotesLanguage(language);
  }

  chooseTemplate(id: string) {
    return commands.chooseTemplate(id);
  }

  copyTemplate(id: string) {
    return commands.copyTemplate(id);
  }

  async openTemplate(id: string) {
    await commands.openTemplate(id);
  }

  removeTemplate(id: string) {
    return commands.removeTemplate(id);
  }

  previewTemplate(id: string) {
    return commands.previewTemplate(id);
  }

  setGlossary(words: string[]) {
    return commands.setGlossary(words);
  }

  setSpendingCap(usd: number | null) {
    return commands.setSpendingCap(usd);
  }

  setLocalOnly(on: boolean) {
    return commands.setLocalOnly(on);
  }

  processFileWith(fileId: string, attachmentFileIds: string[], wishes: ProcessWishes) {
    return commands.processFileWith(fileId, attachmentFileIds, wishes);
  }

  estimateCost(durationMs: number | null) {
    return commands.estimateCost(durationMs);
  }

  jobTranscript(jobId: string) {
    return commands.jobTranscript(jobId);
  }

  mergeSpeakers(jobId: string, from: string, into: string) {
    return commands.mergeSpeakers(jobId, from, into);
  }

  moveSegments(jobId: string, segments: number[], to: string | null) {
    return commands.moveSegments(jobId, segments, to);
  }

  editSegment(jobId: string, segment: number, text: string) {
    return commands.editSegment(jobId, segment, text);
  }

  editNotes(jobId: string, edit: NotesEdit) {
    return commands.editNotes(jobId, edit);
  }

  revertEdits(jobId: string) {
    return commands.revertEdits(jobId);
  }

  search(query: string, limit: number) {
    return commands.search(query, limit);
  }

  async followJobs(tell: (news: JobNews) => void) {
    const channel = new Channel<JobNews>();
    channel.onmessage = tell;
    await commands.followJobs(channel);
  }

  async followDrags(tell: (drag: FileDrag) => void) {
    await getCurrentWebview().onDragDropEvent(({ payload }) => {
      switch (payload.type) {
        case 'enter':
          tell({ kind: 'over', paths: payload.paths });
          break;
        case 'drop':
          tell({ kind: 'dropped', paths: payload.paths });
          break;
        case 'leave':
          tell({ kind: 'left' });
          break;
        case 'over':
          // Only the position moved.
          break;
      }
    });
  }
}
