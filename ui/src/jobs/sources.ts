// What a text or a path stands for: a recording, a document, a file in Google Drive.

/** The lines of `text` that are not blank. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function bare(text: string): string {
  return text.replace(/^["']/u, '');
}

/** Whether `text` is surely meant as a recording: a web address, a `file:` address or an absolute path. */
export function looksLikeRecording(text: string): boolean {
  return /^(?:https?:\/\/|file:|\/|~\/|[a-z]:[\\/]|\\\\)/iu.test(bare(text));
}

/** Whether `text` is an address of Google Drive or of one of its documents. */
export function isDriveLink(text: string): boolean {
  return /^https?:\/\/(?:drive|docs|drive\.usercontent)\.google\.com\//iu.test(bare(text));
}

/** Whether `text` may be the id of a file in Drive. Ids are opaque; nothing shorter is taken for one. */
export function isDriveId(text: string): boolean {
  return /^(?=.*\d)[\w-]{20,}$/u.test(text);
}

/** Whether `text` names something in Drive. */
export function isDriveSource(text: string): boolean {
  return isDriveLink(text) || isDriveId(text);
}

/** Whether the backend can say what `text` is before it is processed. */
export function canBeLookedUp(text: string): boolean {
  if (/^https?:/iu.test(bare(text))) return isDriveLink(text);
  return looksLikeRecording(text) || isDriveId(text);
}

/** The address under which a person finds a file of Drive. */
export function driveAddress(source: string): string {
  return isDriveId(source) ? `https://drive.google.com/file/d/${source}/view` : source;
}

/** Whether the file is something to attach rather than a recording: a PDF, a transcript, a chat, a list of people. */
export function isDocument(path: string): boolean {
  return /\.(?:pdf|vtt|srt|txt|csv|tsv|sbv)$/iu.test(path);
}

/** Whether what is called `name` is a transcript: surely, maybe, or not. */
export function transcriptLikelihood(name: string): 'surely' | 'maybe' | null {
  if (/\.(?:vtt|srt)$/iu.test(name)) return 'surely';
  // What was written in a chat was not said.
  const isChat = /(?:(?:^|[^a-z]|new|team)chat|聊天(?:室|[記记][錄录]|[紀纪][錄录])?)\.txt$/iu.test(name);
  return /\.txt$/iu.test(name) && !isChat ? 'maybe' : null;
}

/** Whether the file is a Google client as Google's console offers it for download. */
export function isGoogleClient(path: string): boolean {
  return /^client_secret.*\.json$/iu.test(nameOf(path));
}

/** The last part of a path or address. */
export function nameOf(path: string): string {
  return (
    path
      .replace(/[\\/]+$/u, '')
      .split(/[\\/]/u)
      .at(-1) ?? path
  );
}

/** What the name of a file says beside a recording's: "Chat" of "Weekly - Chat" beside "Weekly". */
export function nameBeside(name: string, recording: string): string {
  const stem = recording.replace(/\.[a-z0-9]{2,5}$/iu, '');
  // Meet calls the recording "Weekly - 09:00 - Recording", and the chat "Weekly - 09:00 - Chat".
  const meeting = stem.replace(/ - [^-]*$/u, '');
  const start = [stem, meeting].find((each) => each !== '' && name.startsWith(each));
  const rest = name.slice(start?.length ?? 0).replace(/^[\s._-]+/u, '');
  return rest === '' ? name : rest;
}

/** The last two parts of a long path, by which a person knows a folder. */
export function endOf(path: string): string {
  const parts = path.split(/[\\/]/u);
  const separator = path.includes('\\') ? '\\' : '/';
  return parts.length > 3 ? ['…', ...parts.slice(-2)].join(separator) : path;
}

/** Host and port of an address, which is what tells a sandbox from another. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host || address : address;
}

/** Whether `text` is an address, or an id of Notion's, rather than the name of something there. */
export function isNotionPlace(text: string): boolean {
  if (/^(?:https?|notion):\/\/\S+$/iu.test(text)) return true;
  return /^[0-9a-f]{32}$/iu.test(text) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text);
}
