// Drives the sandbox with Notion's own client: `node notion.mjs ADDRESS`, with tokens and ids in the environment.
import assert from 'node:assert/strict';

import {
  APIErrorCode,
  Client,
  collectPaginatedAPI,
  isFullBlock,
  isFullDatabase,
  isFullDataSource,
  isFullPage,
  isFullUser,
  isNotionClientError,
  iteratePaginatedAPI,
} from '@notionhq/client';

const [address] = process.argv.slice(2);
const { TOKEN, OTHER_TOKEN, DATABASE, SOURCE, PAGE, CLIENT_ID, CLIENT_SECRET, REDIRECT } = process.env;
const clientFor = (auth, more) =>
  new Client({ auth, baseUrl: `${address}/notion`, notionVersion: '2026-03-11', retry: false, ...more });
const notion = clientFor(TOKEN);

const text = (content) => [{ text: { content } }];
const paragraph = (content) => ({ paragraph: { rich_text: text(content) } });
const BYTES_5_MIB = 5 * 1024 * 1024;

/** Asserts that a call is refused with this code, as the client understands it. */
async function refused(call, code) {
  const error = await call.then(
    () => assert.fail(`expected ${code}, and it was allowed`),
    (error) => error,
  );
  assert.ok(isNotionClientError(error), error.stack);
  assert.equal(error.code, code, error.message);
  return error;
}

let made;

const checks = {
  async 'a token is told whose it is'() {
    const me = await notion.users.me({});
    assert.ok(isFullUser(me));
    assert.equal(me.type, 'bot');
    assert.equal(me.bot.workspace_name, 'Acme');
    assert.equal(me.bot.owner.user.name, 'Ana');
    assert.ok(me.bot.workspace_limits.max_file_upload_size_in_bytes > 0);
    await refused(clientFor('ntn_wrong').users.me({}), APIErrorCode.Unauthorized);
    await refused(
      clientFor(TOKEN, { notionVersion: '2022-06-28' }).users.me({}),
      APIErrorCode.ValidationError,
    );
  },

  async 'a database leads to its data source'() {
    const database = await notion.databases.retrieve({ database_id: DATABASE });
    assert.ok(isFullDatabase(database));
    assert.deepEqual(database.data_sources, [{ id: SOURCE, name: 'Meetings' }]);
    const source = await notion.dataSources.retrieve({ data_source_id: SOURCE });
    assert.ok(isFullDataSource(source));
    assert.equal(source.properties.Date.type, 'date');
    const changed = await notion.dataSources.update({
      data_source_id: SOURCE,
      properties: { Speakers: { rich_text: {} }, Job: { name: 'Debrief job' } },
    });
    assert.ok(changed.properties.Speakers && changed.properties['Debrief job'] && !changed.properties.Job);
  },

  async 'a page is made'() {
    made = await notion.pages.create({
      parent: { type: 'data_source_id', data_source_id: SOURCE },
      icon: { type: 'emoji', emoji: '🎙️' },
      properties: {
        Name: { title: text('Launch planning') },
        'Debrief job': { rich_text: text('job-1') },
        Date: { date: { start: '2026-11-23' } },
      },
      children: [
        { heading_2: { rich_text: text('Notes'), is_toggleable: true, children: [paragraph('inside')] } },
        { to_do: { rich_text: text('Call Bo'), checked: false } },
        {
          table: { table_width: 1, children: [{ table_row: { cells: [text('cell')] } }] },
        },
      ],
    });
    assert.ok(isFullPage(made));
    assert.equal(made.properties.Date.date.start, '2026-11-23');
    assert.equal(made.properties.Name.title[0].plain_text, 'Launch planning');
    const read = await notion.pages.retrieve({ page_id: made.id });
    assert.deepEqual(read.properties, made.properties);
    const error = await refused(
      notion.pages.create({
        parent: { data_source_id: SOURCE },
        properties: { Date: { rich_text: text('x') } },
      }),
      APIErrorCode.ValidationError,
    );
    assert.equal(error.message, 'Date is expected to be date.');
    assert.equal(error.status, 400);
    assert.ok(error.request_id);
  },

  async 'blocks are appended, read page by page, changed and deleted'() {
    const hundred = Array.from({ length: 100 }, (_, at) => paragraph(`${at}`));
    await notion.blocks.children.append({ block_id: made.id, children: hundred });
    await refused(
      notion.blocks.children.append({ block_id: made.id, children: [...hundred, paragraph('more')] }),
      APIErrorCode.ValidationError,
    );
    const types = [];
    for await (const block of iteratePaginatedAPI(notion.blocks.children.list, { block_id: made.id })) {
      assert.ok(isFullBlock(block));
      types.push(block.type);
    }
    assert.equal(types.length, 103);
    assert.deepEqual(types.slice(0, 4), ['heading_2', 'to_do', 'table', 'paragraph']);
    const { results } = await notion.blocks.children.list({ block_id: made.id, page_size: 2 });
    const todo = results[1];
    const changed = await notion.blocks.update({ block_id: todo.id, to_do: { checked: true } });
    assert.equal(changed.to_do.checked, true);
    assert.equal(changed.to_do.rich_text[0].plain_text, 'Call Bo');
    const after = await notion.blocks.children.append({
      block_id: made.id,
      position: { type: 'after_block', after_block: { id: results[0].id } },
      children: [{ callout: { rich_text: text('Careful'), icon: { emoji: '💡' } } }],
    });
    assert.equal(after.results.length, 1);
    const next = await notion.blocks.children.list({ block_id: made.id, page_size: 2 });
    assert.equal(next.results[1].id, after.results[0].id);
    const gone = await notion.blocks.delete({ block_id: todo.id });
    assert.equal(gone.in_trash, true);
    await refused(notion.blocks.delete({ block_id: todo.id }), APIErrorCode.ValidationError);
    const inner = await notion.blocks.children.list({ block_id: results[0].id });
    assert.equal(inner.results[0].paragraph.rich_text[0].plain_text, 'inside');
  },

  async 'pages are queried and searched for'() {
    const filter = { property: 'Debrief job', rich_text: { equals: 'job-1' } };
    const found = await collectPaginatedAPI(notion.dataSources.query, { data_source_id: SOURCE, filter });
    assert.deepEqual(
      found.map((page) => page.id),
      [made.id],
    );
    const search = await notion.search({ query: 'launch', filter: { property: 'object', value: 'page' } });
    assert.deepEqual(
      search.results.map((page) => page.id),
      [made.id],
    );
    const wrong = { property: 'Date', checkbox: { equals: true } };
    await refused(
      notion.dataSources.query({ data_source_id: SOURCE, filter: wrong }),
      APIErrorCode.ValidationError,
    );
  },

  async 'a small file is uploaded and attached'() {
    const upload = await notion.fileUploads.create({
      mode: 'single_part',
      filename: 'talk.mp3',
      content_type: 'audio/mpeg',
    });
    assert.equal(upload.status, 'pending');
    const data = new Blob(['sound'], { type: 'audio/mpeg' });
    const sent = await notion.fileUploads.send({
      file_upload_id: upload.id,
      file: { filename: 'talk.mp3', data },
    });
    assert.equal(sent.status, 'uploaded');
    const { results } = await notion.blocks.children.append({
      block_id: made.id,
      children: [{ audio: { type: 'file_upload', file_upload: { id: upload.id } } }],
    });
    const file = await fetch(results[0].audio.file.url);
    assert.equal(await file.text(), 'sound');
    await refused(
      notion.fileUploads.create({ filename: 'talk.opus', content_type: 'audio/opus' }),
      APIErrorCode.ValidationError,
    );
  },

  async 'a large file is uploaded in parts'() {
    const upload = await notion.fileUploads.create({
      mode: 'multi_part',
      filename: 'talk.mp4',
      content_type: 'video/mp4',
      number_of_parts: 2,
    });
    const part = (number, size) =>
      notion.fileUploads.send({
        file_upload_id: upload.id,
        part_number: `${number}`,
        file: { filename: 'talk.mp4', data: new Blob([new Uint8Array(size)], { type: 'video/mp4' }) },
      });
    await refused(part(1, 10), APIErrorCode.ValidationError);
    await part(1, BYTES_5_MIB);
    await refused(notion.fileUploads.complete({ file_upload_id: upload.id }), APIErrorCode.ValidationError);
    const second = await part(2, 10);
    assert.deepEqual(second.number_of_parts, { total: 2, sent: 2 });
    const complete = await notion.fileUploads.complete({ file_upload_id: upload.id });
    assert.equal(complete.status, 'uploaded');
    const read = await notion.fileUploads.retrieve({ file_upload_id: upload.id });
    assert.equal(read.content_length, BYTES_5_MIB + 10);
  },

  async 'a page is changed and put into the trash'() {
    const changed = await notion.pages.update({
      page_id: made.id,
      properties: { Name: { title: text('Launch') } },
    });
    assert.equal(changed.properties.Name.title[0].plain_text, 'Launch');
    const trashed = await notion.pages.update({ page_id: made.id, in_trash: true });
    assert.equal(trashed.in_trash, true);
    const { results } = await notion.dataSources.query({ data_source_id: SOURCE });
    assert.deepEqual(results, []);
  },

  async 'what is not shared is not there'() {
    const other = clientFor(OTHER_TOKEN);
    const error = await refused(other.pages.retrieve({ page_id: PAGE }), APIErrorCode.ObjectNotFound);
    assert.match(error.message, /shared with your integration "Other"/);
    await refused(
      other.blocks.children.append({ block_id: PAGE, children: [paragraph('x')] }),
      APIErrorCode.ObjectNotFound,
    );
  },

  async 'a person allows a public connection'() {
    const url = new URL(`${address}/notion/v1/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT,
      response_type: 'code',
      owner: 'user',
      state: 'state-1',
    });
    const answer = await fetch(url, { redirect: 'manual' });
    assert.equal(answer.status, 302);
    const back = new URL(answer.headers.get('location'));
    assert.equal(back.searchParams.get('state'), 'state-1');
    const client = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
    const exchange = (more) => clientFor(undefined).oauth.token({ ...client, ...more });
    const first = await exchange({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code'),
      redirect_uri: REDIRECT,
    });
    assert.equal(first.workspace_name, 'Acme');
    assert.ok(isFullPage(await clientFor(first.access_token).pages.retrieve({ page_id: PAGE })));
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const second = await exchange(refresh);
    assert.notEqual(second.refresh_token, first.refresh_token);
    await assert.rejects(exchange(refresh), { status: 400 });
    await clientFor(undefined).oauth.revoke({ ...client, token: second.access_token });
    await refused(clientFor(second.access_token).users.me({}), APIErrorCode.Unauthorized);
  },
};

let passed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    passed += 1;
  } catch (error) {
    console.error(`${name}:\n${error.stack}`);
    process.exitCode = 1;
  }
}
console.log(`judged: ${passed} of ${Object.keys(checks).length}`);
