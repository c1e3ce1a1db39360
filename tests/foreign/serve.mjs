// Starts one server that other people wrote, on a free port of this machine: node serve.mjs NAME
//
// It says its address in one line of JSON, then answers each line of JSON that it is given with one. It ends with whoever
// started it: when its standard input does.
import net from 'node:net';
import { createInterface } from 'node:readline';

// The lines are for the test alone; whatever the servers print is for people.
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
console.log = console.error;

const servers = {
  /** Commands: `hooks` sets what is put into its answers, `seen` gives the requests so far. */
  async 'oauth2-mock-server'() {
    const { OAuth2Server } = await import('oauth2-mock-server');
    const server = new OAuth2Server();
    await server.issuer.keys.generate('RS256');
    await server.start(0, '127.0.0.1');

    let hooks = {};
    const seen = [];
    server.service.on('beforeAuthorizeRedirect', (redirect, request) => {
      seen.push({ asked: request.query });
      for (const [key, value] of Object.entries(hooks.redirect ?? {})) redirect.url.searchParams.set(key, value);
    });
    server.service.on('beforeResponse', (response, request) => {
      Object.assign(response.body, hooks[request.body.grant_type] ?? {});
      seen.push({ sent: request.body, answered: response.body });
    });
    return {
      port: server.address().port,
      commands: {
        hooks: (wanted) => ((hooks = wanted), {}),
        seen: () => ({ seen }),
      },
    };
  },

  /** No commands: it is filled and looked at through its own API. */
  async 'google-drive-mock'() {
    const { default: mock } = await import('google-drive-mock');
    const server = mock.createApp().listen(0, '127.0.0.1');
    await new Promise((ready, failed) => server.once('listening', ready).once('error', failed));
    return { port: server.address().port, commands: {} };
  },

  /** Commands: `register` lets its one client come back to an address; `forget` makes it forget all that it handed out. */
  async emulate() {
    const { createEmulator } = await import('emulate');
    const client = { client_id: 'a-desktop-client', client_secret: 'not-confidential', redirect_uris: [] };
    const users = [{ email: 'ana@example.com', name: 'Ana' }];
    const [emulator, server] = await onThisMachine(() =>
      // The port is only what it believes to have.
      createEmulator({ service: 'google', port: 1, seed: { google: { users, oauth_clients: [client] } } }),
    );
    const { port } = server.address();

    // It has no `about`, which Debrief asks to learn who signed in. Its own userinfo knows; that is all that is added here.
    const [theirs] = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', async (request, response) => {
      if (!request.url.startsWith('/drive/v3/about')) return theirs(request, response);
      const { authorization = '' } = request.headers;
      const info = await fetch(`http://127.0.0.1:${port}/oauth2/v2/userinfo`, { headers: { authorization } });
      const { email } = await info.json();
      response.writeHead(info.status, { 'Content-Type': 'application/json' });
      // Its own id of a person changes with every `forget`.
      response.end(JSON.stringify({ user: { permissionId: email, emailAddress: email } }));
    });
    return {
      port,
      commands: {
        // It knows no client that may come back to any port of this machine, as Google does: each address is registered.
        register: ({ redirect_uri }) => (client.redirect_uris.push(redirect_uri), {}),
        forget: () => (emulator.reset(), {}),
      },
    };
  },
};

/** Runs `start`, whose server would listen on all addresses and on a port that may be taken, on a free one of this machine. */
async function onThisMachine(start) {
  const { listen } = net.Server.prototype;
  const started = new Promise((ready, failed) => {
    net.Server.prototype.listen = function (_port, ...rest) {
      const callback = rest.find((argument) => typeof argument === 'function');
      this.once('listening', () => ready(this)).once('error', failed);
      return listen.call(this, 0, '127.0.0.1', callback);
    };
  });
  try {
    const result = await start();
    return [result, await started];
  } finally {
    net.Server.prototype.listen = listen;
  }
}

const { port, commands } = await servers[process.argv[2]]();
say({ address: `http://127.0.0.1:${port}` });
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...wanted } = JSON.parse(line);
  say(await commands[command](wanted));
}
process.exit(0);
