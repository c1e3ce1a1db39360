import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';

import type { JobError, JobView } from '../backend/backend';
import { jobResult, jobView, needing, PAGE_FOLDER_GONE, stagesUpTo } from '../backend/memory';
import { axeViolations, opened } from '../test-window';

const FULL: JobError = {
  code: 'disk_full',
  what: 'Not enough room on the disk: “董事會.mp4” needs 3.1 GB, 1.2 GB are free.',
  fix: 'Free some space on the disk that holds /home/kim/jobs. The job goes on by itself.',
  stage: 'fetch',
  detail: null,
};
const failed = (error: JobError): JobView =>
  jobView({
    id: 'f',
    title: '董事會',
    status: 'failed',
    group: 'done',
    stage: error.stage,
    stages: stagesUpTo(error.stage, 'stopped'),
    error,
  });

const pane = () => screen.getByRole('complementary');
/** Words of English that stand where only names and values should. */
const english = (text: string | null | undefined, ...values: string[]) =>
  values.reduce((left, value) => left.replaceAll(value, ''), text ?? '').match(/[A-Za-z]+/gu);

test('a failed job says in Chinese what happened and what to do, with its names and sizes', async () => {
  await opened({ jobs: [failed(FULL)] }, 'zh-TW');
  const what = '磁碟空間不足：「董事會.mp4」需要 3.1 GB，只剩 1.2 GB。';
  const fix = '請在「/home/kim/jobs」所在的磁碟清出空間，工作就會自動繼續。';
  const problem = within(pane()).getByText(what).parentElement;
  expect(problem?.textContent).toContain(fix);
  expect(english(problem?.textContent, '/home/kim/jobs', 'mp4', 'GB')).toBeNull();
  expect(within(pane()).queryByText('技術細節')).toBeNull();
  const row = screen.getByRole('main').querySelector<HTMLElement>('[data-job="f"]');
  if (!row) throw new Error('The job has no row.');
  expect(within(row).getByText(what, { exact: false })).toBeDefined();
  expect(within(row).getByText(fix)).toBeDefined();
  expect(await axeViolations()).toEqual([]);
});

test('what the backend words in a new way is told in general, and stands in the technical details', async () => {
  const [what, fix] = ['The disk is on holiday.', 'Call it back.'];
  await opened({ jobs: [failed({ ...FULL, what, fix, detail: 'os error 28' })] }, 'zh-TW');
  expect(within(pane()).getByText('磁碟已滿。')).toBeDefined();
  expect(within(pane()).queryByText(what)).toBeNull();
  const cause = within(pane()).getByText('技術細節').parentElement?.querySelector('pre');
  expect(cause?.textContent).toBe('The disk is on holiday. Call it back.\ndisk_full: os error 28');
});

test('a job that needs the person says so aloud in Chinese', async () => {
  const { backend } = await opened({ jobs: [jobView({ id: 'n', title: '董事會' })] }, 'zh-TW');
  backend.change(jobView({ id: 'n', title: '董事會', ...needing(PAGE_FOLDER_GONE) }));
  await waitFor(() =>
    expect(screen.getByRole('status').textContent).toBe(
      '「董事會」需要您處理。存放頁面的資料夾「/home/kim/Documents/Debrief」不見了。 請連接它所在的磁碟，或到設定改用其他資料夾；逐字稿已妥善保存。',
    ),
  );
});

test('warnings are told in Chinese, and what is new about them as it is', async () => {
  const warnings = [
    {
      code: 'rename_not_allowed',
      text: '“talk.wav” kept its name: ana@example.com may not rename it. Its owner can call it “Talk.wav”.',
    },
    { code: 'not_uploaded', text: 'Notion was asleep.' },
  ];
  const done = jobView({
    id: 'd',
    title: '董事會',
    status: 'completed',
    group: 'done',
    stages: stagesUpTo(null),
    result: jobResult({ title: '董事會', warnings }),
  });
  await opened({ jobs: [done] }, 'zh-TW');
  expect(
    within(pane()).getByText(
      '「talk.wav」保留原來的名稱：ana@example.com 沒有重新命名的權限。擁有者可以把它命名為「Talk.wav」。',
    ),
  ).toBeDefined();
  expect(within(pane()).getByText('有檔案沒有上傳到 Notion，頁面改為連結到它。')).toBeDefined();
  expect(within(pane()).getByText('技術細節').parentElement?.textContent).toContain('Notion was asleep.');
});

test('what is refused, what happened at the start and what is missing is told in Chinese', async () => {
  const { backend, user } = await opened(
    {
      jobs: [failed(FULL)],
      about: {
        engine_ready: false,
        engine_hint:
          'No speech model is chosen. Get one in the settings under Models, or run `debrief models list`.',
        notice:
          'The job database was damaged. It was kept as /home/kim/old.db, and a new one was begun; your pages are untouched.',
      },
    },
    'zh-TW',
  );
  expect(
    await screen.findByText('尚未選擇語音模型。請到設定的「模型」下載一個。', { exact: false }),
  ).toBeDefined();
  expect(
    within(await screen.findByRole('region', { name: '通知' })).getByText(/已保留為「\/home\/kim\/old.db」/u),
  ).toBeDefined();
  backend.retryJob = () =>
    Promise.reject({ code: 'bad_request', what: 'This job has no page yet.', fix: 'Wait until it is done.' });
  await user.click(within(pane()).getByRole('button', { name: '重試' }));
  expect(await screen.findByText('這個工作還沒有頁面。')).toBeDefined();
  expect(screen.getByText('請等它完成。', { exact: false, selector: 'span' })).toBeDefined();
});
