import { emit } from '@tauri-apps/api/event';
import { clearMocks, mockIPC, mockWindows } from '@tauri-apps/api/mocks';
import { afterEach, expect, test, vi } from 'vitest';

import type { FileDrag, JobNews } from './backend';
import { asCommandError } from './backend';
import { TauriBackend } from './tauri';

afterEach(() => {
  clearMocks();
});

test('commands are called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return command === 'process_file_async' ? 'job-1' : null;
  });
  const backend = new TauriBackend();
  expect(await backend.processFile('/a.m4a', ['/agenda.pdf'])).toBe('job-1');
  await backend.processFile('/a.m4a', []);
  await backend.retryJob('job-1', 'publish');
  await backend.cancelJob('job-1');
  await backend.pickFiles('attachments');
  expect(calls).toEqual([
    ['process_file_async', { fileId: '/a.m4a', attachmentFileIds: ['/agenda.pdf'] }],
    ['process_file_async', { fileId: '/a.m4a', attachmentFileIds: null }],
    ['retry_job', { jobId: 'job-1', from: 'publish' }],
    ['cancel_job', { jobId: 'job-1' }],
    ['pick_files', { kind: 'attachments' }],
  ]);
});

test('what is about Google is called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return null;
  });
  const backend = new TauriBackend();
  await backend.googleStatus();
  await backend.signInGoogle('picked_files');
  await backend.chooseInGoogle(null, 'job-1');
  await backend.cancelSignIn();
  await backend.signOutGoogle('kim');
  await backend.setGoogleClient('id', 'secret');
  await backend.readGoogleClient('/client_secret.json');
  await backend.keepSecrets('session');
  await backend.useSandbox(null);
  await backend.lookUp('/a.m4a');
  await backend.undoRename('job-1');
  await backend.watchedFolders();
  await backend.watchFolder('/recordings');
  await backend.setWatchCompanions('folder-1', false);
  await backend.unwatchFolder('folder-1');
  expect(calls).toEqual([
    ['google_status', {}],
    ['sign_in_google', { access: 'picked_files' }],
    ['choose_in_google', { link: null, jobId: 'job-1' }],
    ['cancel_sign_in', {}],
    ['sign_out_google', { accountId: 'kim' }],
    ['set_google_client', { clientId: 'id', clientSecret: 'secret' }],
    ['read_google_client', { path: '/client_secret.json' }],
    ['keep_secrets', { kept: 'session' }],
    ['use_sandbox', { address: null }],
    ['look_up', { text: '/a.m4a' }],
    ['undo_rename', { jobId: 'job-1' }],
    ['watched_folders', {}],
    ['watch_folder', { place: '/recordings' }],
    ['set_watch_companions', { id: 'folder-1', companions: false }],
    ['unwatch_folder', { id: 'folder-1' }],
  ]);
});

test('what is about Notion is called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return null;
  });
  const backend = new TauriBackend();
  const options = { sections: [], language: null, upload_recording: true, upload_attachments: false };
  await backend.notionStatus();
  await backend.connectNotion('ntn_1');
  await backend.signInNotion('id', 'secret');
  await backend.cancelNotionSignIn();
  await backend.openNotionIntegrations();
  await backend.disconnectNotion();
  await backend.searchNotion('meet', null);
  await backend.chooseNotionPlace('place-1');
  await backend.mapNotionProperty('tags', null);
  await backend.createNotionProperties();
  await backend.writeNotionTestPage();
  await backend.openNotionTestPage();
  await backend.removeNotionTestPage();
  await backend.setDestination('notion');
  await backend.setPageOptions(options);
  await backend.updatePage('job-1');
  await backend.undoPage('job-1');
  await backend.pageMarkdown('job-1');
  expect(calls).toEqual([
    ['notion_status', {}],
    ['connect_notion', { token: 'ntn_1' }],
    ['sign_in_notion', { clientId: 'id', clientSecret: 'secret' }],
    ['cancel_notion_sign_in', {}],
    ['open_notion_integrations', {}],
    ['disconnect_notion', {}],
    ['search_notion', { query: 'meet', cursor: null }],
    ['choose_notion_place', { place: 'place-1' }],
    ['map_notion_property', { role: 'tags', property: null }],
    ['create_notion_properties', {}],
    ['write_notion_test_page', {}],
    ['open_notion_test_page', {}],
    ['remove_notion_test_page', {}],
    ['set_destination', { destination: 'notion' }],
    ['set_page_options', { options }],
    ['update_page', { jobId: 'job-1' }],
    ['undo_page', { jobId: 'job-1' }],
    ['page_markdown', { jobId: 'job-1' }],
  ]);
});

test('what is about speech is called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return null;
  });
  const backend = new TauriBackend();
  await backend.speechStatus();
  await backend.chooseEngine('groq', null);
  await backend.setSpeechLanguage('zh-Hant', 'traditional');
  await backend.setVocabulary(['Debrief']);
  await backend.setGpu(false);
  await backend.setSpeakers(null, 2, 4);
  await backend.rememberVoices(true);
  await backend.forgetVoice(7);
  await backend.forgetAllVoices();
  await backend.setSpeechKey('groq', 'sk-1');
  await backend.removeSpeechKey('groq');
  await backend.testSpeechService('groq');
  await backend.setSpeechService('openai', 'http://127.0.0.1:8000/v1', null);
  await backend.models();
  await backend.getModel('whisper-tiny');
  await backend.pauseModel('whisper-tiny');
  await backend.cancelModel('whisper-tiny');
  await backend.removeModel('whisper-tiny');
  await backend.addModelFile();
  await backend.moveModels();
  expect(calls).toEqual([
    ['speech_status', {}],
    ['choose_engine', { engine: 'groq', model: null }],
    ['set_speech_language', { language: 'zh-Hant', chinese: 'traditional' }],
    ['set_vocabulary', { words: ['Debrief'] }],
    ['set_gpu', { on: false }],
    ['set_speakers', { method: null, min: 2, max: 4 }],
    ['remember_voices', { on: true }],
    ['forget_voice', { id: 7 }],
    ['forget_all_voices', {}],
    ['set_speech_key', { service: 'groq', key: 'sk-1' }],
    ['remove_speech_key', { service: 'groq' }],
    ['test_speech_service', { service: 'groq' }],
    ['set_speech_service', { service: 'openai', baseUrl: 'http://127.0.0.1:8000/v1', model: null }],
    ['models', {}],
    ['get_model', { id: 'whisper-tiny' }],
    ['pause_model', { id: 'whisper-tiny' }],
    ['cancel_model', { id: 'whisper-tiny' }],
    ['remove_model', { id: 'whisper-tiny' }],
    ['add_model_file', {}],
    ['move_models', {}],
  ]);
});

test('what is about transcripts and notes is called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return null;
  });
  const backend = new TauriBackend();
  const edit = { title: 'Release', todos: [{ text: 'Sign', assignee: null, due: '2026-11-27', at_ms: 900 }] };
  await backend.jobTranscript('job-1');
  await backend.nameSpeaker('job-1', 'Speaker 1', 'Mei', true);
  await backend.mergeSpeakers('job-1', 'Speaker 2', 'Speaker 1');
  await backend.moveSegments('job-1', [3, 4], null);
  await backend.editSegment('job-1', 3, 'Good morning.');
  await backend.editNotes('job-1', edit);
  await backend.revertEdits('job-1');
  await backend.search('發行', 50);
  expect(calls).toEqual([
    ['job_transcript', { jobId: 'job-1' }],
    ['name_speaker', { jobId: 'job-1', label: 'Speaker 1', name: 'Mei', remember: true }],
    ['merge_speakers', { jobId: 'job-1', from: 'Speaker 2', into: 'Speaker 1' }],
    ['move_segments', { jobId: 'job-1', segments: [3, 4], to: null }],
    ['edit_segment', { jobId: 'job-1', segment: 3, text: 'Good morning.' }],
    ['edit_notes', { jobId: 'job-1', edit }],
    ['revert_edits', { jobId: 'job-1' }],
    ['search', { query: '發行', limit: 50 }],
  ]);
});

test('what is about notes is called by the names and arguments that the app knows', async () => {
  const calls: [string, unknown][] = [];
  mockIPC((command, args) => {
    calls.push([command, args]);
    return null;
  });
  const backend = new TauriBackend();
  const models = [{ provider: 'openai', model: 'gpt-5-mini' }];
  const wishes = { template: 'lecture', participants: ['Mei'], ignore_transcripts: false };
  await backend.notesStatus();
  await backend.setNotesModels(models);
  await backend.setNotesKey('openai', 'sk-1');
  await backend.removeNotesKey('openai');
  await backend.testNotesProvider('openai', null);
  await backend.listNotesModels('openai');
  await backend.setNotesServer('ollama', null, 8192);
  await backend.setNotesLanguage('zh-Hant');
  await backend.chooseTemplate('lecture');
  await backend.copyTemplate('lecture');
  await backend.openTemplate('lecture');
  await backend.removeTemplate('lecture');
  await backend.previewTemplate('lecture');
  await backend.setGlossary(['Debrief']);
  await backend.setSpendingCap(null);
  await backend.setLocalOnly(true);
  await backend.processFileWith('/a.m4a', [], wishes);
  await backend.estimateCost(60_000);
  expect(calls).toEqual([
    ['notes_status', {}],
    ['set_notes_models', { models }],
    ['set_notes_key', { provider: 'openai', key: 'sk-1' }],
    ['remove_notes_key', { provider: 'openai' }],
    ['test_notes_provider', { provider: 'openai', model: null }],
    ['list_notes_models', { provider: 'openai' }],
    ['set_notes_server', { provider: 'ollama', baseUrl: null, windowTokens: 8192 }],
    ['set_notes_language', { language: 'zh-Hant' }],
    ['choose_template', { id: 'lecture' }],
    ['copy_template', { id: 'lecture' }],
    ['open_template', { id: 'lecture' }],
    ['remove_template', { id: 'lecture' }],
    ['preview_template', { id: 'lecture' }],
    ['set_glossary', { words: ['Debrief'] }],
    ['set_spending_cap', { usd: null }],
    ['set_local_only', { on: true }],
    ['process_file_with', { fileId: '/a.m4a', attachmentFileIds: [], wishes }],
    ['estimate_cost', { durationMs: 60_000 }],
  ]);
});

test('a refusal arrives with what happened and what to do', async () => {
  const refusal = { code: 'missing_file', what: 'There is no such file.', fix: 'Check the path.' };
  mockIPC(() => {
    throw refusal;
  });
  const cause = await new TauriBackend().processFile('/gone.m4a', []).catch((error: unknown) => error);
  expect(asCommandError(cause)).toEqual(refusal);
});

test('what is no refusal of ours is still told', () => {
  expect(asCommandError('not allowed by ACL').what).toBe('not allowed by ACL');
  expect(asCommandError(new Error('broken')).what).toBe('broken');
});

test('news come through one channel', async () => {
  const told: JobNews[] = [];
  mockIPC((command, args) => {
    expect(command).toBe('follow_jobs');
    const { channel } = args as { channel: { onmessage: (news: JobNews) => void } };
    channel.onmessage({ kind: 'relist' });
    return null;
  });
  await new TauriBackend().followJobs((news) => told.push(news));
  expect(told).toEqual([{ kind: 'relist' }]);
});

test('files dropped on the window arrive with their paths', async () => {
  mockWindows('main');
  mockIPC(() => null, { shouldMockEvents: true });
  const told: FileDrag[] = [];
  await new TauriBackend().followDrags((drag) => told.push(drag));
  const position = { x: 1, y: 1 };
  await emit('tauri://drag-enter', { paths: ['/a.m4a'], position });
  await emit('tauri://drag-over', { position });
  await emit('tauri://drag-drop', { paths: ['/a.m4a'], position });
  await emit('tauri://drag-leave', null);
  await vi.waitFor(() => expect(told).toHaveLength(3));
  expect(told).toEqual([
    { kind: 'over', paths: ['/a.m4a'] },
    { kind: 'dropped', paths: ['/a.m4a'] },
    { kind: 'left' },
  ]);
});
