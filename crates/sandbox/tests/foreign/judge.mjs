// Drives the sandbox with Google's own clients: `node judge.mjs ADDRESS`, with the ids in the environment.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { drive as driveOf } from '@googleapis/drive';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';

const [address] = process.argv.slice(2);
const { CLIENT_ID, CLIENT_SECRET, FOLDER, FILE, DOCUMENT, READ_ONLY, HIDDEN } = process.env;
const SCOPE = 'https://www.googleapis.com/auth/drive';
const REDIRECT = 'http://127.0.0.1:51234/back';
const RECORDING = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));

const oauth = new OAuth2Client({
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  redirectUri: REDIRECT,
  endpoints: {
    oauth2AuthBaseUrl: `${address}/google/o/oauth2/v2/auth`,
    oauth2TokenUrl: `${address}/google/token`,
    oauth2RevokeUrl: `${address}/google/revoke`,
  },
});
const drive = driveOf({ version: 'v3', auth: oauth, rootUrl: `${address}/`, retry: false });

/** Asserts that a call is refused with this status and, in Drive's form of an error, this reason. */
async function refused(call, status, reason) {
  const error = await call.then(
    () => assert.fail(`expected ${reason}, and it was allowed`),
    (error) => error,
  );
  assert.equal(error.response?.status, status, error);
  let body = error.response.data;
  if (body instanceof ArrayBuffer) body = JSON.parse(Buffer.from(body).toString());
  assert.equal(body.error.errors[0].reason, reason);
}

const checks = {
  async 'a code is exchanged'() {
    const { codeVerifier, codeChallenge } = await oauth.generateCodeVerifierAsync();
    const url = oauth.generateAuthUrl({
      access_type: 'offline',
      scope: SCOPE,
      state: 'state-1',
      code_challenge: codeChallenge,
      code_challenge_method: CodeChallengeMethod.S256,
    });
    const answer = await fetch(url, { redirect: 'manual' });
    assert.equal(answer.status, 302);
    const back = new URL(answer.headers.get('location'));
    assert.equal(back.origin + back.pathname, REDIRECT);
    assert.equal(back.searchParams.get('state'), 'state-1');
    const code = back.searchParams.get('code');
    await assert.rejects(oauth.getToken({ code, codeVerifier: 'w'.repeat(43) }), /invalid_grant/);
    const { tokens } = await oauth.getToken({ code, codeVerifier });
    assert.equal(tokens.scope, SCOPE);
    assert.equal(tokens.token_type, 'Bearer');
    assert.ok(tokens.expiry_date > Date.now() && tokens.refresh_token);
    oauth.setCredentials(tokens);
  },

  async 'an access token is refreshed'() {
    const before = oauth.credentials.access_token;
    const { credentials } = await oauth.refreshAccessToken();
    assert.notEqual(credentials.access_token, before);
  },

  async 'the account is told'() {
    const { data } = await drive.about.get({ fields: 'user' });
    assert.equal(data.user.emailAddress, 'alex@example.com');
    await refused(drive.about.get(), 400, 'required');
  },

  async 'a file is told with the fields asked for'() {
    const fields = 'id,size,md5Checksum,sha256Checksum,videoMediaMetadata(durationMillis),capabilities/canRename';
    const { data } = await drive.files.get({ fileId: FILE, fields });
    assert.deepEqual(data, {
      id: FILE,
      size: '1000',
      md5Checksum: createHash('md5').update(RECORDING).digest('hex'),
      sha256Checksum: createHash('sha256').update(RECORDING).digest('hex'),
      videoMediaMetadata: { durationMillis: '61000' },
      capabilities: { canRename: true },
    });
    await refused(drive.files.get({ fileId: FILE, fields: 'colour' }), 400, 'invalidParameter');
    await refused(drive.files.get({ fileId: HIDDEN }), 404, 'notFound');
  },

  async 'a folder is listed'() {
    const q = `'${FOLDER}' in parents and trashed=false`;
    const { data } = await drive.files.list({ q, orderBy: 'modifiedTime desc', fields: 'files(id)' });
    assert.deepEqual(data, { files: [{ id: FILE }] });
  },

  async 'a range is downloaded'() {
    const get = (range) =>
      drive.files.get(
        { fileId: FILE, alt: 'media' },
        { headers: { Range: range }, responseType: 'arraybuffer' },
      );
    const answer = await get('bytes=400-');
    assert.equal(answer.status, 206);
    assert.equal(answer.headers.get('content-range'), 'bytes 400-999/1000');
    assert.deepEqual(Buffer.from(answer.data), RECORDING.subarray(400));
    await refused(get('bytes=1000-'), 416, 'requestedRangeNotSatisfiable');
  },

  async 'a document is exported'() {
    const { data } = await drive.files.export(
      { fileId: DOCUMENT, mimeType: 'application/pdf' },
      { responseType: 'arraybuffer' },
    );
    assert.equal(Buffer.from(data).toString(), '%PDF-1.7');
    await refused(
      drive.files.export({ fileId: FILE, mimeType: 'application/pdf' }),
      403,
      'fileNotExportable',
    );
  },

  async 'a file is renamed, and the change is told'() {
    const { data: start } = await drive.changes.getStartPageToken();
    const { data } = await drive.files.update({
      fileId: FILE,
      fields: 'name,appProperties',
      requestBody: { name: '[2026-11-23] Talk.mp3', appProperties: { job: '7' } },
    });
    assert.deepEqual(data, { name: '[2026-11-23] Talk.mp3', appProperties: { job: '7' } });
    const { data: told } = await drive.changes.list({ pageToken: start.startPageToken });
    assert.deepEqual(
      told.changes.map((change) => [change.fileId, change.removed, change.file.name]),
      [[FILE, false, '[2026-11-23] Talk.mp3']],
    );
    assert.ok(told.newStartPageToken);
    await refused(
      drive.files.update({ fileId: READ_ONLY, requestBody: { name: 'x' } }),
      403,
      'insufficientFilePermissions',
    );
  },

  async 'a token taken back is refused'() {
    const { access_token, refresh_token } = oauth.credentials;
    await oauth.revokeToken(access_token);
    const fresh = new OAuth2Client();
    fresh.setCredentials({ access_token });
    const other = driveOf({ version: 'v3', auth: fresh, rootUrl: `${address}/`, retry: false });
    await refused(other.files.get({ fileId: FILE }), 401, 'authError');
    oauth.setCredentials({ refresh_token });
    await assert.rejects(oauth.refreshAccessToken(), /invalid_grant/);
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
