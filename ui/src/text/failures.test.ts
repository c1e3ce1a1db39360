import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, test, vi } from 'vitest';

import { failureShown, told, warningShown } from './backend';
import englishFailures from './failures.en.ftl?raw';
import chineseFailures from './failures.zh-TW.ftl?raw';
import englishRemarks from './remarks.en.ftl?raw';
import chineseRemarks from './remarks.zh-TW.ftl?raw';
import { wordsIn } from './text';
import { failureSaid, said } from './wordings';

const { t: english } = wordsIn('en');
const { t: chinese } = wordsIn('zh-TW');

const rust = (files: Record<string, unknown>) => Object.values(files).map(String).join('\n');
const failureSource = rust(
  import.meta.glob('../../../crates/core/src/failure.rs', { query: '?raw', import: 'default', eager: true }),
);
const snapshots = rust(
  import.meta.glob('../../../crates/connect/src/**/*__tests__every_*.snap', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
const codes = [...failureSource.matchAll(/^ {4}[A-Z]\w+ => "([a-z_]+)",$/gmu)].map(([, code]) => code ?? '');

/** Sentences of English: two words beside each other, neither of which is a name. */
const SENTENCE = /\b[a-z']+ [a-z']+ [a-z']+/u;

/** The messages of a file, with the facts that each of them names. */
function factsOf(source: string): Map<string, string[]> {
  const entries = source.split(/\n(?=[a-z])/u).filter((entry) => /^[a-z]/u.test(entry));
  return new Map(
    entries.map((entry) => [
      entry.split(' ', 1)[0] ?? '',
      [...new Set([...entry.matchAll(/\$([a-z]+)/gu)].map(([, fact]) => fact ?? ''))],
    ]),
  );
}

describe('the files', () => {
  test.each([
    ['failures', englishFailures, chineseFailures],
    ['remarks', englishRemarks, chineseRemarks],
  ])('of %s say every wording in Chinese, with facts that it has', (_, source, translation) => {
    const [wordings, said] = [factsOf(source), factsOf(translation)];
    expect(wordings.size).toBeGreaterThan(50);
    expect([...wordings.keys()].filter((id) => !said.has(id))).toEqual([]);
    for (const [id, facts] of said) {
      expect(wordings.get(id) ?? [], id).toEqual(expect.arrayContaining(facts));
    }
  });

  test('have no wording that hides another', () => {
    const bundle = new FluentBundle('en', { useIsolating: false });
    for (const source of [englishFailures, englishRemarks]) bundle.addResource(new FluentResource(source));
    const facts = Object.fromEntries(
      [...factsOf(`${englishFailures}\n${englishRemarks}`).values()]
        .flat()
        .map((fact) => [fact, `‹${fact}›`]),
    );
    const spoken = (pattern: Parameters<typeof bundle.formatPattern>[0]) =>
      bundle.formatPattern(pattern, facts);
    const messages = [
      ...new FluentResource(englishFailures).body,
      ...new FluentResource(englishRemarks).body,
    ];
    for (const { id, value, attributes } of messages) {
      const what = value === null ? '' : spoken(value);
      const code = /^failure-([a-z_]+)/u.exec(id)?.[1];
      const found =
        code === undefined
          ? said(what)
          : failureSaid(code, what, attributes.fix === undefined ? '' : spoken(attributes.fix));
      expect(found?.id).toBe(id);
    }
  });

  test('say of every failure what to do', () => {
    const messages = new FluentResource(chineseFailures).body;
    const failures = messages.filter(({ id }) => id.startsWith('failure-'));
    expect(failures.filter(({ attributes }) => attributes.fix === undefined)).toEqual([]);
  });

  test('have general words for every kind of warning', () => {
    const ids = [...factsOf(englishRemarks).keys()].filter((id) => id.startsWith('warning-'));
    const said = factsOf(chineseRemarks);
    expect(ids.map((id) => id.split('-', 2).join('-')).filter((id) => said.get(id)?.length !== 0)).toEqual(
      [],
    );
  });
});

test('every kind of failure is told in Chinese, however it is worded', () => {
  expect(codes.length).toBeGreaterThan(50);
  for (const code of codes) {
    const { what, fix, own } = failureShown(chinese, { code, what: 'It is new.', fix: 'Mend it.' });
    expect(what, code).toMatch(/^.*\p{sc=Han}.*。$/u);
    expect(fix, code).toMatch(/^.*\p{sc=Han}.*。$/u);
    expect(`${what} ${fix}`, code).not.toMatch(SENTENCE);
    expect(own).toBe('It is new. Mend it.');
  }
});

test('in English the backend speaks for itself', () => {
  const error = { code: 'offline', what: 'Google can’t be reached.', fix: 'Check the cable.' };
  expect(failureShown(english, error)).toEqual({ what: error.what, fix: error.fix, own: null });
  expect(warningShown(english, { code: 'not_uploaded', text: 'It is large.' })).toEqual({
    text: 'It is large.',
    own: null,
  });
  expect(told(english, 'Done')).toBe('Done');
});

test('what nothing goes on with by itself any more says so', () => {
  const fix = 'Debrief tried 8 times. What is finished is kept: retry the job when that may be over.';
  const shown = failureShown(chinese, { code: 'service_busy', what: 'Deepgram is busy.', fix });
  expect(shown).toEqual({
    what: 'Deepgram 目前忙碌。',
    fix: 'Debrief 已嘗試 8 次。已完成的部分都已保留；等情況可能好轉時，請重試這個工作。',
    own: null,
  });
});

test('what the window refuses itself stays in its words', () => {
  const error = { code: 'bad_date', what: '這不是日期。', fix: '請寫成 2026-12-31，或留空。' };
  expect(failureShown(chinese, error)).toEqual({ what: error.what, fix: error.fix, own: null });
});

test('every wording that the backend takes snapshots of is known', () => {
  const wordings = [
    ...snapshots.matchAll(/^(?:.*(?:→|:) )?([a-z_]+) (?:Person|Never|Later).*\n {2}(.+)\n {2}(.+)$/gmu),
  ];
  expect(wordings.length).toBeGreaterThan(60);
  const unknown = wordings.filter(([, code = '', what = '', fix = '']) => {
    const shown = failureShown(chinese, { code, what, fix });
    return shown.own !== null || SENTENCE.test(`${shown.what} ${shown.fix}`);
  });
  expect(unknown.map(([wording]) => wording)).toEqual([]);
});

/** Kinds of failure, how the backend words them, and what must be found again. */
const WORDED: readonly [code: string, what: string, fix: string, ...kept: string[]][] = [
  [
    'missing_file',
    'There is no file at /media/usb/talk.wav.',
    'Check the path, or drop the file here again.',
    '/media/usb/talk.wav',
  ],
  [
    'missing_file',
    "The folder /media/usb isn't there.",
    'Connect the disk that it is on, or make it again; it is watched again by itself.',
    '/media/usb',
    '繼續監看',
  ],
  [
    'missing_file',
    "The folder /media/usb isn't there.",
    'Check the path, and that the disk it is on is connected.',
    '/media/usb',
    '確認路徑',
  ],
  [
    'missing_file',
    'talk.wav is no longer where it was.',
    'Put the file back, or process it again from its new place.',
    'talk.wav',
  ],
  [
    'is_a_folder',
    '“Meetings” is a folder.',
    'Open it and copy the links of the recordings inside.',
    '「Meetings」',
    '連結',
  ],
  ['is_a_folder', 'Meetings is a folder.', 'Choose the recordings inside it.', '「Meetings」'],
  [
    'empty_file',
    '“talk.mp3” is empty.',
    'Wait until its upload is complete, or upload it again, then try again.',
    'talk.mp3',
    '上傳',
  ],
  [
    'permission_denied',
    'This computer does not let Debrief read talk.wav.',
    'Give yourself permission to read the file, or copy it to a folder of your own, then try again.',
    'talk.wav',
  ],
  [
    'not_a_recording',
    'agenda.pdf is a PDF document, not a recording.',
    'Choose an audio or video file.',
    'agenda.pdf',
    'PDF',
  ],
  [
    'not_a_recording',
    'shot.png is a picture (PNG), not a recording.',
    'Choose an audio or video file.',
    'shot.png',
    'PNG',
  ],
  [
    'not_a_recording',
    'notes.bin is not an audio or video file that Debrief knows.',
    'Choose an audio or video file. If it is a recording in a rare format, install ffmpeg and try again.',
    'notes.bin',
    'ffmpeg',
  ],
  [
    'not_a_recording',
    '“talk.exe” is neither audio nor video but application/octet-stream.',
    'Choose the recording itself; documents can be attached to it.',
    'talk.exe',
    'application/octet-stream',
  ],
  [
    'unsupported_codec',
    'talk.wma is in a format that Debrief needs ffmpeg for: WMA.',
    'Install ffmpeg and try again, or convert the recording to MP3 or M4A.',
    'talk.wma',
    'WMA',
  ],
  [
    'unsupported_codec',
    'day.wav is longer than 24 hours, the longest that Debrief can read.',
    'Cut it into shorter files and process each of them.',
    'day.wav',
    '24',
  ],
  [
    'damaged_recording',
    'talk.mp4 is damaged: its index is missing, because the recording or the copying broke off.',
    'Copy the recording again from where it was made. If it is the only copy, a repair tool such as untrunc can bring it back.',
    'talk.mp4',
    'untrunc',
  ],
  [
    'transcript_unreadable',
    'The transcript talk.vtt is of another recording: it goes on at 1:02:03, and this one ends at 48:00.',
    'The recording is recognised instead. To use a transcript, process it again with its own.',
    'talk.vtt',
    '1:02:03',
    '48:00',
  ],
  [
    'no_speech_engine',
    'There is no speech engine "ear-trumpet" in this build.',
    'Choose one of these in the settings: transcribe-cpp, pocketsphinx, openai.',
    'ear-trumpet',
    'transcribe-cpp、pocketsphinx、openai',
  ],
  [
    'no_speech_engine',
    'PocketSphinx understands English only, not "zh-TW".',
    'Set a Whisper model file in the settings; Whisper models understand about a hundred languages.',
    'zh-TW',
    'Whisper',
  ],
  [
    'model_missing',
    'The model Whisper large-v3-turbo is not on this computer.',
    'Download it in the settings, or run `debrief models get whisper-large-v3-turbo`.',
    'Whisper large-v3-turbo',
  ],
  [
    'model_missing',
    'The speech model /models/ggml-base.bin is not there.',
    'Put the file back, or choose another model in the settings. The job goes on by itself.',
    '/models/ggml-base.bin',
  ],
  [
    'model_unusable',
    'Deepgram has no model "nova-9" for this key.',
    'Choose another model in the settings under Transcription, then retry.',
    'Deepgram',
    'nova-9',
    '轉錄',
  ],
  [
    'not_enough_memory',
    'The speech model ggml-large-v3.bin needs about 4.7 GB of memory, and 2.1 GB are free.',
    'Close other programs, and the job goes on by itself; or choose a smaller model in the settings and retry.',
    'ggml-large-v3.bin',
    '4.7 GB',
    '2.1 GB',
  ],
  [
    'model_damaged',
    'ggml-base.bin has the name of a file of Whisper base, but not its content.',
    'Get the file once more; if it is another model, give it another name.',
    'ggml-base.bin',
    'Whisper base',
  ],
  [
    'speech_key_missing',
    'Groq needs a key.',
    'Add it in the settings under Transcription, or run `debrief speech key groq`. The job goes on by itself.',
    'Groq',
    '轉錄',
  ],
  [
    'notes_key_refused',
    'Anthropic refuses the key.',
    "Check it on the provider's page for keys and add it again in the settings under Summary, or run `debrief notes key anthropic`; then retry.",
    'Anthropic',
    '摘要',
  ],
  [
    'notes_model_missing',
    'Ollama has no model "qwen3:8b".',
    'Get "qwen3:8b" in Ollama first, or choose another model in the settings under Summary; then retry.',
    'Ollama',
    'qwen3:8b',
  ],
  [
    'notes_unusable',
    "claude-sonnet-4-6 at Anthropic doesn't take texts this long.",
    'Set a smaller context length for it, or choose a model with a larger one, in the settings under Summary; then retry.',
    'Anthropic 的 claude-sonnet-4-6',
  ],
  [
    'spending_cap_reached',
    "The month's cap on spending leaves less than $0.01, and this needs about $0.30.",
    'Raise the cap under Spending in the settings, or choose a model on this computer; then retry. Next month begins anew; what was done is kept.',
    '不到 US$0.01',
    'US$0.30',
  ],
  [
    'local_only',
    'Local only is on, so nothing is sent to api.notion.com.',
    'Switch it off under Privacy in the settings, or have pages written to a folder on this computer; then retry.',
    'api.notion.com',
    '寫入這台電腦上的資料夾',
  ],
  [
    'local_only',
    'Local only is on, so nothing is sent to api.deepgram.com.',
    'Switch it off under Privacy in the settings, or choose a speech engine on this computer; then retry.',
    'api.deepgram.com',
    '語音引擎',
  ],
  [
    'disk_full',
    'Not enough room on the disk: “board prep.mp4” needs 3.1 GB, 1.2 GB are free.',
    'Free some space on the disk that holds /home/kim/.local/share/debrief/jobs/7. The job goes on by itself.',
    'board prep.mp4',
    '3.1 GB',
    '1.2 GB',
    '/home/kim/.local/share/debrief/jobs/7',
  ],
  [
    'disk_full',
    'The disk has no room for this model: it needs 1625 MB, and 900 MB are free.',
    'Free some space on the disk that holds /home/kim/models, or choose another folder.',
    '1625 MB',
    '900 MB',
    '/home/kim/models',
  ],
  [
    'disk_full',
    'The disk is full; writing the page stopped.',
    'Free some space on the disk that holds /home/kim/Pages. The job goes on by itself.',
    '/home/kim/Pages',
  ],
  [
    'disk_full',
    'The disk is full; saving the job stopped.',
    "Free some space on the disk that holds Debrief's data, then process the recording again.",
    'Debrief 資料',
  ],
  [
    'page_folder_gone',
    'The folder for pages, /media/usb/Pages, has gone.',
    'Connect the drive or choose another folder in the settings; the transcript is safe.',
    '/media/usb/Pages',
  ],
  [
    'sign_in_expired',
    'The Google sign-in of ana@example.com has expired or was revoked.',
    'Sign in again; the folder is watched again by itself.',
    'ana@example.com',
    '監看',
  ],
  [
    'sign_in_expired',
    "Google doesn't take the token in DEBRIEF_GOOGLE_ACCESS_TOKEN.",
    'Such tokens are good for an hour: put a new one into the environment and start again.',
    'DEBRIEF_GOOGLE_ACCESS_TOKEN',
  ],
  [
    'sign_in_failed',
    "Another program uses port 53171 on this computer, where Notion's answer would come.",
    'Close it and try again, or paste a token instead.',
    '53171',
    'Notion',
  ],
  [
    'wrong_pick',
    'You chose with another account, ana@example.com, and not the file of the link.',
    'Choose again with the account that can open the link.',
    'ana@example.com',
  ],
  [
    'no_access',
    "ana@example.com can't open this Drive file.",
    'Ask its owner to share it with you, or sign in with the account that can open it.',
    'ana@example.com',
  ],
  [
    'no_access',
    "Debrief can't open this Drive file.",
    'Ask its owner to share it with you, or sign in with the account that can open it.',
    'Debrief 無法',
  ],
  [
    'download_forbidden',
    '“slides.pdf” is larger than 100.0 MB.',
    'Attach the pages that matter.',
    'slides.pdf',
    '100.0 MB',
  ],
  [
    'in_trash',
    "The folder “Talks” is in Drive's bin.",
    'Restore it in Drive, then watch it.',
    '「Talks」',
    '監看',
  ],
  [
    'notion_no_access',
    "Notion can't find “Meetings”, which is in the trash.",
    'In Notion, open it and add Debrief under ••• → Connections; or choose another one. The transcript is safe.',
    '「Meetings」',
    '垃圾桶',
  ],
  [
    'notion_place_unset',
    '“Team” has 2 data sources: “Meetings” (1f2), “Talks” (3a4).',
    'Choose one of them in the settings, or by its id as data_source_id under [notion].',
    '「Team」',
    '“Meetings” (1f2)、“Talks” (3a4)',
  ],
  [
    'notion_property_unfit',
    'The property “When” is of the type rich text; participants needs multi select or people.',
    'Check the properties in the settings, or choose another database. The transcript is safe.',
    '「When」',
    '「文字」',
    '「參與者」',
    '「多選、人員」',
  ],
  [
    'quota_exceeded',
    'The daily quota at Gemini is used up.',
    'What was done is kept, and the job goes on by itself.',
    'Gemini',
    '自動繼續',
  ],
  [
    'offline',
    "Ollama can't be reached.",
    'Start Ollama and check its address in the settings under Summary. What was done is kept, and the job goes on by itself.',
    '請啟動 Ollama',
  ],
  ['service_busy', 'Notion is busy.', 'Nothing is lost; it is tried again by itself.', 'Notion', '自動再試'],
  [
    'timed_out',
    'ffmpeg read nothing from talk.mkv for 10 minutes.',
    'Check that the disk or network drive it is on is connected, then try again.',
    'talk.mkv',
    '10 分鐘',
  ],
  [
    'bad_link',
    '“talk” is neither a Google Drive link nor a file.',
    'Paste a Drive link, or drop the recording here.',
    '「talk」',
  ],
  [
    'bad_settings',
    '/home/kim/debrief.toml, line 3: unknown field `colour`: expected `page`.',
    'Correct or remove it; nothing else was changed.',
    '/home/kim/debrief.toml',
    '第 3 行',
    'unknown field `colour`: expected `page`',
  ],
  [
    'bad_request',
    '“a very long term” is too long.',
    'A term has up to 60 characters.',
    'a very long term',
    '60 個字元',
  ],
  [
    'bad_request',
    'No model reads 12 tokens at once.',
    'Give a number from 2048 to 2000000.',
    '12 個 token',
    '2048 到 2000000',
  ],
  [
    'bad_request',
    'There is no “Speaker 9” in this recording.',
    'Its speakers are: Mei, Jonas.',
    '「Speaker 9」',
    'Mei、Jonas',
  ],
  [
    'store_failed',
    'The job database /home/kim/debrief.db was written by a newer version of Debrief.',
    'Install the newest version. Nothing was changed.',
    '/home/kim/debrief.db',
  ],
  [
    'internal',
    'No program on this computer opens pages.',
    'Open this file in a web browser: /home/kim/Pages/talk.html',
    '/home/kim/Pages/talk.html',
  ],
];

test.each(WORDED)('%s: %s', (code, what, fix, ...kept) => {
  const complaints = vi.spyOn(console, 'error');
  const shown = failureShown(chinese, { code, what, fix });
  expect(shown.own).toBeNull();
  const text = `${shown.what}${shown.fix}`;
  for (const fact of kept) expect(text).toContain(fact);
  const rest = kept.reduce((left, fact) => left.replaceAll(fact, ''), text);
  expect(rest).not.toMatch(SENTENCE);
  expect(complaints).not.toHaveBeenCalled();
});

describe('warnings', () => {
  test.each([
    [
      'names what came of it',
      'speakers_not_found',
      "The speakers couldn't be told apart. The transcript is complete, without speakers; run that stage again to find them.",
      '無法區分發言者。逐字稿是完整的，但沒有發言者；可重新執行該步驟。',
    ],
    [
      'of the pipeline tell a failure whole',
      'transcript_unreadable',
      'The transcript talk.vtt could not be read: it is larger than 20 MB. The recording is recognised instead. To use a transcript, save it as WebVTT or SubRip and process the recording again with it.',
      '無法讀取逐字稿「talk.vtt」：檔案超過 20 MB。這次會改用語音辨識。若要使用逐字稿，請另存為 WebVTT 或 SubRip，再連同它重新處理這個錄音。',
    ],
    [
      'of names tell why',
      'notes_key_missing',
      'Speakers were not named by a language model, only by rules. Anthropic needs a key.',
      '發言者的姓名只依規則尋找，沒有使用語言模型。Anthropic 需要金鑰。',
    ],
    [
      'say which model stood in',
      'another_model_answered',
      'Anthropic was busy; Ollama wrote the notes.',
      'Anthropic 忙碌，因此筆記改由 Ollama 撰寫。',
    ],
    [
      'say so of a failure, too',
      'another_model_answered',
      "Debrief's job database didn't answer; Ollama wrote the notes.",
      'Debrief 的工作資料庫沒有回應，因此筆記改由 Ollama 撰寫。',
    ],
    [
      'of attachments say why',
      'attachment_unavailable',
      "The attachment https://drive.google.com/file/d/1/view was left out. ana@example.com can't open this Drive file. To use it, process the recording again with a file that can be read.",
      '附件「https://drive.google.com/file/d/1/view」未使用。ana@example.com 無法開啟這個雲端硬碟檔案。若要使用它，請連同可以讀取的檔案重新處理這個錄音。',
    ],
    [
      'of documents say what to do',
      'attachment_unreadable',
      'The attachment agenda.pdf could not be read: it is protected by a password. Save it without the password and process the recording again with it.',
      '無法讀取附件「agenda.pdf」：它有密碼保護。請另存成沒有密碼的檔案，再連同它重新處理這個錄音。',
    ],
    [
      'of names of files keep them',
      'rename_not_allowed',
      '“talk.wav” kept its name: ana@example.com may not rename it. Its owner can call it “[2026-11-05] Talk.wav”.',
      '「talk.wav」保留原來的名稱：ana@example.com 沒有重新命名的權限。擁有者可以把它命名為「[2026-11-05] Talk.wav」。',
    ],
    [
      'of a transcript of a part say which part it lacks',
      'transcript_partial',
      'From 5:00 to 7:00 nobody says anything in the transcript weekly.vtt. If somebody does in the recording, process it again without the transcript, or with a whole one.',
      '逐字稿「weekly.vtt」從 5:00 到 7:00 沒有任何內容。如果錄音在那段時間有人說話，請不附逐字稿重新處理，或改用完整的逐字稿。',
    ],
    [
      'of too few speakers count them',
      'fewer_speakers',
      '2 speakers were told apart, although there are at least 3. Choose another method for speakers in the settings and run that step again, or give the sentences to a new speaker by hand.',
      '只區分出 2 位發言者，但至少應有 3 位。請到設定改用其他區分發言者的方式，再重新執行該步驟，或自行把句子歸給新的發言者。',
    ],
  ])('%s', (_, code, text, expected) => {
    expect(warningShown(chinese, { code, text })).toEqual({ text: expected, own: null });
  });

  test('that are worded in a new way are told in general, and as they are', () => {
    const text = 'Notion was asleep.';
    const { text: shown, own } = warningShown(chinese, { code: 'not_uploaded', text });
    expect(shown).toBe('有檔案沒有上傳到 Notion，頁面改為連結到它。');
    expect(own).toBe(text);
    // Some have the code of a failure.
    expect(warningShown(chinese, { code: 'notes_refused', text }).own).toBe(text);
    expect(warningShown(chinese, { code: 'nobody_knows', text })).toEqual({ text, own: null });
  });
});

describe('other sentences', () => {
  test.each([
    [
      'The job database was damaged. It was kept as /home/kim/old.db, and a new one was begun; your pages are untouched.',
      '工作資料庫曾經損壞，已保留為「/home/kim/old.db」，並重新建立了一個；您的頁面不受影響。',
    ],
    [
      'No speech model is chosen. Get one in the settings under Models, or run `debrief models list`.',
      '尚未選擇語音模型。請到設定的「模型」下載一個。',
    ],
    [
      'Ollama offers 3 models. Transcripts are sent to localhost:11434 (this machine).',
      'Ollama 提供 3 個模型。逐字稿會傳送到 localhost:11434（這台電腦）。',
    ],
    [
      'Gemini gives times of sentences only, so those of words are estimates.',
      'Gemini 只提供句子的時間，每個詞的時間是估計的。',
    ],
    ['The property “Gone” is no longer in “Meetings”.', '屬性「Gone」已不在「Meetings」裡。'],
    [
      'OpenAI-compatible server answers with m1. Transcripts are sent to llm.example.org.',
      '相容於 OpenAI 的伺服器 的 m1 有回應。逐字稿會傳送到 llm.example.org。',
    ],
    ['Waiting for its turn', '等待中'],
    ['line 3: unknown field `jokes`', 'line 3: unknown field `jokes`'],
  ])('%s', (text, expected) => {
    expect(told(chinese, text)).toBe(expected);
  });
});
