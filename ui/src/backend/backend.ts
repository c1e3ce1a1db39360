// The one door between the window and the work: what the window may ask, and what it is told.

import type {
  About,
  CommandError,
  DriveAccess,
  GoogleView,
  JobNews,
  JobView,
  LinkLook,
  NotionPlaces,
  NotionRole,
  NotionView,
  PageDestination,
  PageOptions,
  PickKind,
  SecretsKept,
  Stage,
  WatchedFolder,
} from './bindings';
import type { NotesBackend } from './notes';
import type { RecordBackend } from './record';
import type { SpeechBackend } from './speech';

export type {
  About,
  AccountView,
  ChineseScript,
  CommandError,
  CostEstimate,
  Doubt,
  DriveAccess,
  EvidenceView,
  FileBeside,
  GoogleView,
  Group,
  JobCost,
  JobError,
  JobNews,
  JobResult,
  JobView,
  LinkLook,
  ModelChoice,
  ModelStateView,
  ModelsView,
  ModelView,
  NameSource,
  NotesEdit,
  NotesEditView,
  NotesPart,
  NotesProvider,
  NotesView,
  NotionChoice,
  NotionConnection,
  NotionPlace,
  NotionPlaceKind,
  NotionPlaces,
  NotionProperty,
  NotionRole,
  NotionTokenKind,
  NotionView,
  PageDestination,
  PageOptions,
  PageSection,
  PassageKind,
  PickKind,
  PointView,
  Processed,
  ProcessWishes,
  Progress,
  SearchHit,
  SecretsKept,
  SectionView,
  SegmentView,
  SpeakerMethod,
  SpeakersView,
  SpeakerView,
  SpeechEngine,
  SpeechService,
  SpeechView,
  SpendingLine,
  SpendingView,
  Stage,
  StageState,
  StageView,
  StatusWord,
  TemplateView,
  TodoEdit,
  TodoView,
  TranscriptView,
  Unit,
  UnverifiedView,
  VoiceView,
  Warning,
  WatchedFolder,
} from './bindings';
export type { NotesBackend } from './notes';
export type { RecordBackend } from './record';

/** Files held over the window or let go of. */
export type FileDrag =
  { kind: 'over'; paths: string[] } | { kind: 'left' } | { kind: 'dropped'; paths: string[] };

/** Every promise rejects with a {@link CommandError}. */
export interface Backend extends SpeechBackend, NotesBackend, RecordBackend {
  /** Makes a job of a recording (link, Drive id or path) and answers with its id once it is stored. */
  processFile(fileId: string, attachmentFileIds: string[]): Promise<string>;
  /** Makes a job of the bundled sample. */
  processSample(): Promise<string>;
  listJobs(): Promise<JobView[]>;
  cancelJob(jobId: string): Promise<void>;
  /** Runs a job again: from `from`, or from where it stopped. */
  retryJob(jobId: string, from: Stage | null): Promise<void>;
  /** Runs a job that had its own speech engine again with that of the settings. */
  retryWithUsualEngine(jobId: string): Promise<void>;
  deleteJob(jobId: string): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  /** Opens the finished page with the system's own program. */
  openPage(jobId: string): Promise<void>;
  /** Asks for files with the system's dialog; none when the person closes it. */
  pickFiles(kind: PickKind): Promise<string[]>;
  about(): Promise<About>;
  googleStatus(): Promise<GoogleView>;
  /**
   * Opens the browser for sign-in and resolves once it is done. A second call while one is open shows the browser page
   * again and resolves with the same answer.
   */
  signInGoogle(access: DriveAccess): Promise<GoogleView>;
  /** Opens Google's file chooser for a link, or, by its id, for the job that needs it, which then goes on by itself. */
  chooseInGoogle(link: string | null, jobId: string | null): Promise<GoogleView>;
  cancelSignIn(): Promise<void>;
  signOutGoogle(accountId: string): Promise<GoogleView>;
  setGoogleClient(clientId: string, clientSecret: string): Promise<GoogleView>;
  /** Takes the client from a downloaded `client_secret*.json`. */
  readGoogleClient(path: string): Promise<GoogleView>;
  keepSecrets(where: SecretsKept): Promise<GoogleView>;
  /** Uses the sandbox at a loopback address instead of Google's services and Notion; `null` stands for themselves. */
  useSandbox(address: string | null): Promise<GoogleView>;
  /** What a link or a path is, before it is processed. One that cannot be read resolves too, with its problem. */
  lookUp(text: string): Promise<LinkLook>;
  /** Gives the recording its old name back. */
  undoRename(jobId: string): Promise<void>;
  watchedFolders(): Promise<WatchedFolder[]>;
  /** `place` is a link to a folder in Drive, or an absolute path. */
  watchFolder(place: string): Promise<WatchedFolder[]>;
  /** Whether chats and lists of those who were there are attached to a folder's new recordings. */
  setWatchCompanions(id: string, companions: boolean): Promise<WatchedFolder[]>;
  unwatchFolder(id: string): Promise<WatchedFolder[]>;
  /** How things stand with Notion. A token that Notion refuses is no failure of this call: the view tells it. */
  notionStatus(): Promise<NotionView>;
  /** Checks a pasted token and keeps it. */
  connectNotion(token: string): Promise<NotionView>;
  /**
   * Opens the browser for a sign-in with the person's own public integration and resolves once it is done; empty strings
   * stand for the values that are kept. A second call while one is open shows the page again.
   */
  signInNotion(clientId: string, clientSecret: string): Promise<NotionView>;
  cancelNotionSignIn(): Promise<void>;
  /** Opens the page at Notion where tokens are made. */
  openNotionIntegrations(): Promise<void>;
  disconnectNotion(): Promise<NotionView>;
  searchNotion(query: string, cursor: string | null): Promise<NotionPlaces>;
  /** `place` is the id of a found place, or a pasted link or id. A mapping is proposed along with it. */
  chooseNotionPlace(place: string): Promise<NotionView>;
  /** Without a property the fact is left out. */
  mapNotionProperty(role: NotionRole, property: string | null): Promise<NotionView>;
  /** Makes every missing property that can be made, and uses it. */
  createNotionProperties(): Promise<NotionView>;
  /** Answers with the address of the page. */
  writeNotionTestPage(): Promise<string>;
  removeNotionTestPage(): Promise<void>;
  openNotionTestPage(): Promise<void>;
  setDestination(destination: PageDestination): Promise<NotionView>;
  setPageOptions(options: PageOptions): Promise<NotionView>;
  /** Writes what changed into a completed job's page; the job runs its last stages again. */
  updatePage(jobId: string): Promise<void>;
  /** Moves the page to Notion's trash and gives the recording its old name back. */
  undoPage(jobId: string): Promise<void>;
  /** The page of a job as Markdown, to copy. */
  pageMarkdown(jobId: string): Promise<string>;
  /** Tells every change of the jobs from now on. */
  followJobs(tell: (news: JobNews) => void): Promise<void>;
  /** Tells of files dragged over the window. */
  followDrags(tell: (drag: FileDrag) => void): Promise<void>;
}

/** Whatever a promise rejected with, in the form that the window shows. */
export function asCommandError(cause: unknown): CommandError {
  if (typeof cause === 'object' && cause !== null && 'what' in cause && 'fix' in cause) {
    const { what, fix } = cause;
    const code = 'code' in cause ? String(cause.code) : 'internal';
    return { code, what: String(what), fix: String(fix) };
  }
  const what = cause instanceof Error ? cause.message : String(cause);
  return { code: 'internal', what, fix: '' };
}
