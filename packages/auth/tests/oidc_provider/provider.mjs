// A private oidc-provider on an unused port of the loopback interface.
//
//   node provider.mjs FOLDER_WITH_NODE_MODULES
//
// It prints one line of JSON with its issuer, serves until its standard input ends, and can be told by
// requests below /control what to be: see node_provider.py, which starts it.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.argv[2], 'package.json'));
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const KINDS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
};

const SECRETS = { cookies: randomBytes(32).toString('hex'), nonce: randomBytes(32) };

const server = createServer();
let requests = [];
let settings = {};
let keys = [];
let provider;
let issuer;
let count = 0;

function newKey(alg) {
  const [kind, options] = KINDS[alg];
  const { privateKey } = generateKeyPairSync(kind, options);
  count += 1;
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${count}` };
}

// What cannot be written in JSON: functions, and secrets.
function configuration() {
  const { accounts = {}, dpopNonces = false, pkceRequired, ...plain } = settings;
  const made = {
    ...plain,
    jwks: { keys },
    cookies: { keys: [SECRETS.cookies] },
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options), // to loopback as well
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, id) => accounts[id] && {
      accountId: id,
      claims: () => ({ sub: id, ...accounts[id].claims }),
    },
    features: { ...plain.features, devInteractions: { enabled: false } },
  };
  if (pkceRequired !== undefined) made.pkce = { required: () => pkceRequired };
  if (made.features.dPoP?.enabled) {
    made.features.dPoP = {
      ...made.features.dPoP,
      nonceSecret: SECRETS.nonce,
      requireNonce: () => dpopNonces,
    };
  }
  return made;
}

// A new provider at the same issuer; sessions, codes and tokens live on in the store of the module.
function configure() {
  const replacement = new Provider(issuer, configuration());
  const tell = (event) => (ctx, error) => {
    const { cause } = error;
    console.error(event, error.message, error.error_description ?? '', cause?.message ?? '');
  };
  for (const event of ['server_error', 'backchannel.error']) replacement.on(event, tell(event));
  replacement.handle = replacement.callback();
  provider = replacement;
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

function answer(response, status, value) {
  const isPage = typeof value === 'string';
  response.writeHead(status, { 'Content-Type': isPage ? 'text/html' : 'application/json' });
  response.end(isPage ? value : JSON.stringify(value));
}

async function control(request, response) {
  const given = JSON.parse((await bodyOf(request)) || '{}');
  switch (request.url) {
    case '/control/configure':
      settings = given;
      configure();
      for (const each of given.clients) await provider.Client.find(each.client_id); // checks it
      break;
    case '/control/keys': // signing keys: new ones, after those that stay
      keys = [
        ...keys.filter((key) => given.keep.includes(key.kid)),
        ...given.algorithms.map(newKey),
      ];
      configure();
      break;
    case '/control/requests':
      break;
    case '/control/forget':
      requests = [];
      break;
    default:
      throw new Error(`unknown: ${request.url}`);
  }
  answer(response, 200, { requests, kids: keys.map((key) => key.kid) });
}

// The forms of signing in and of consent.
async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  const { prompt, params, session, grantId } = details;
  const abort = '<button name="decision" value="abort">Refuse</button>';
  if (request.method === 'GET') {
    const form = prompt.name === 'login'
      ? '<input name="login"><input name="password" type="password">'
      : `<p>${Object.values(prompt.details).flat().join(' ').replace(/[^\w ]/g, '')}</p>`;
    answer(response, 200, `<!DOCTYPE html><title>${prompt.name}</title><h1>${prompt.name}</h1>
<form method="post" action="${request.url}">${form}
<button name="decision" value="go">Continue</button>${abort}</form>`);
    return;
  }
  const given = new URLSearchParams(await bodyOf(request));
  if (given.get('decision') === 'abort') {
    const result = { error: 'access_denied', error_description: 'the end user has refused' };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else if (prompt.name === 'login') {
    const account = settings.accounts?.[given.get('login')];
    if (!account || account.password !== given.get('password')) {
      answer(response, 403, '<!DOCTYPE html><title>login</title><p>unknown login or password');
      return;
    }
    const result = { login: { accountId: given.get('login') } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else {
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    const { missingOIDCScope = [], missingOIDCClaims = [] } = prompt.details;
    if (missingOIDCScope.length) grant.addOIDCScope(missingOIDCScope.join(' '));
    if (missingOIDCClaims.length) grant.addOIDCClaims(missingOIDCClaims);
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { consent });
  }
}

// Note a request with its body, which passes by on its way to the provider.
function note(request) {
  const { method, url, headers } = request;
  const entry = { method, url, headers, body: '' };
  const { emit } = request;
  request.emit = (name, ...values) => {
    if (name === 'data') entry.body += values[0];
    return emit.call(request, name, ...values);
  };
  requests.push(entry);
}

server.on('request', (request, response) => {
  const fail = (error) => {
    answer(response, 500, { error: `${error} ${error.error_description ?? ''}` });
  };
  if (request.url.startsWith('/control/')) {
    control(request, response).catch(fail);
    return;
  }
  note(request);
  if (request.url.startsWith('/interaction/')) interact(request, response).catch(fail);
  else provider.handle(request, response);
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  keys = [newKey('RS256')];
  configure();
  console.log(JSON.stringify({ issuer, node: process.version, kids: keys.map((key) => key.kid) }));
});
process.stdin.on('end', () => process.exit(0)).resume();
