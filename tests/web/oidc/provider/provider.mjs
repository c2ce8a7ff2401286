// An identity provider on loopback http: oidc-provider, with people who have groups, a plain sign-in form, and faults
// that can be switched on.
//
//   OIDC_PROVIDER=FOLDER node provider.mjs '{"redirect_uris": ["http://127.0.0.1:1/answer"]}'
//
// FOLDER is where ./install put the packages. Writes "READY ISSUER" to standard output once it serves. Settings:
//   port                  0: the system chooses
//   redirect_uris         of every client
//   backchannel_logout_uri
//   client_auth_methods   that are announced; left out: all
//   claims_in_id_token    false: what the scopes give is told by the userinfo endpoint only, as OpenID Connect Core says
//   clients               instead of the usual ones: `basic`, `post`, `public`, `es256`, `ps256`, `eddsa`
// The secret of a client is "secret-of-<client>". People: ana, bob; any password.
//
// The test speaks to it under /control:
//   POST rotate           new keys; the old ones are gone
//   POST fault?name=N     every ID token from now on has the fault N of FAULTS; without a name none has
//   POST groups?of=P&names=A,B   the person P is in these groups from now on
//   GET  counts           how often each path was asked for, and "authorization" for requests of the token endpoint
//                         with client_secret_basic
//   GET  logout_token?client=C&sub=S&fault=N   a logout token that is sent nowhere
import * as crypto from 'node:crypto';
import * as http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(process.env.OIDC_PROVIDER, 'node_modules', 'oidc-provider');
const { default: Provider } = await import(pathToFileURL(join(folder, 'lib', 'index.js')));

const settings = JSON.parse(process.argv[2] ?? '{}');
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const PEOPLE = {
  ana: { email: 'ana@example.com', email_verified: true, name: 'Ana', groups: ['sec', 'audit-team'],
    realm_access: { roles: ['auditor'] }, roles_text: 'sec audit-team' },
  bob: { email: 'bob@example.com', email_verified: false, name: 'Bob', groups: ['others'],
    realm_access: { roles: [] }, roles_text: 'others' },
};

const now = () => Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));

// Keys

let generation = 0;
let keys = [];

function makeKeys() {
  generation += 1;
  const made = (alg, pair) => ({ ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${generation}` });
  const rsa = () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys = [made('RS256', rsa()), made('PS256', rsa()),
    made('ES256', crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })), made('EdDSA', crypto.generateKeyPairSync('ed25519'))];
}

const keyOf = (alg) => crypto.createPrivateKey({ key: keys.find((key) => key.alg === alg), format: 'jwk' });
const publicJwk = (alg) => crypto.createPublicKey(keyOf(alg)).export({ format: 'jwk' });
const publicPem = (alg) => crypto.createPublicKey(keyOf(alg)).export({ format: 'pem', type: 'spki' });

function signature(alg, covered, key = keyOf(alg), dsaEncoding = 'ieee-p1363') {
  if (alg === 'EdDSA') return crypto.sign(null, Buffer.from(covered), key);
  const padding = alg === 'PS256' ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  return crypto.sign('sha256', Buffer.from(covered), { key, dsaEncoding, ...padding });
}

function sign(header, claims, ...how) {
  const covered = `${encode(header)}.${encode(claims)}`;
  return `${covered}.${signature(header.alg, covered, ...how).toString('base64url')}`;
}

function hs256(header, claims, secret) {
  const covered = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
  return `${covered}.${crypto.createHmac('sha256', secret).update(covered).digest('base64url')}`;
}

// Faults: each makes a wrong token of the header and claims of a good one.

const changed = (change) => (header, claims) => sign(header, { ...claims, ...change(claims) });

const FAULTS = {
  aud: changed(() => ({ aud: 'somebody-else' })),
  aud_too_many: changed((claims) => ({ aud: [claims.aud, 'somebody-else'], azp: claims.aud })),
  azp: changed(() => ({ azp: 'somebody-else' })),
  iss: changed(() => ({ iss: 'http://127.0.0.1:1' })),
  nonce: changed(() => ({ nonce: 'another' })),
  nonce_missing: changed(() => ({ nonce: undefined })),
  expired: changed(() => ({ iat: now() - 600, exp: now() - 300 })),
  future: changed(() => ({ iat: now() + 300 })),
  sub_missing: changed(() => ({ sub: undefined })),
  exp_missing: changed(() => ({ exp: undefined })),
  none: (header, claims) => `${encode({ alg: 'none' })}.${encode(claims)}.`,
  hs256_pem: (header, claims) => hs256(header, claims, publicPem(header.alg)),
  hs256_jwk: (header, claims) => hs256(header, claims, JSON.stringify(publicJwk(header.alg))),
  kid: (header, claims) => sign({ ...header, kid: 'made-up' }, claims),
  other_key: (header, claims) => sign(header, claims, crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  der: (header, claims) => sign(header, claims, keyOf(header.alg), 'der'),
  truncated: (header, claims) => sign(header, claims).slice(0, -2),
  crit: (header, claims) => sign({ ...header, crit: ['exp'] }, claims),
  type: (header, claims) => sign({ ...header, typ: 'at+jwt' }, claims),
  // For logout tokens.
  events: changed(() => ({ events: {} })),
  nonce_there: changed(() => ({ nonce: 'n' })),
  nobody: changed(() => ({ sub: undefined, sid: undefined })),
  jti_missing: changed(() => ({ jti: undefined })),
};

let fault = '';

function spoiled(token) {
  if (!fault) return token;
  const [header, claims] = token.split('.');
  return FAULTS[fault](decode(header), decode(claims));
}

// The provider

const usualClients = [
  { client_id: 'basic', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: 'post', token_endpoint_auth_method: 'client_secret_post' },
  { client_id: 'public', token_endpoint_auth_method: 'none' },
  { client_id: 'es256', id_token_signed_response_alg: 'ES256' },
  { client_id: 'ps256', id_token_signed_response_alg: 'PS256' },
  { client_id: 'eddsa', id_token_signed_response_alg: 'EdDSA' },
];

const clientOf = (client) => ({
  ...(client.token_endpoint_auth_method === 'none' ? {} : { client_secret: `secret-of-${client.client_id}` }),
  redirect_uris: settings.redirect_uris ?? ['http://127.0.0.1:1/answer'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  ...(settings.backchannel_logout_uri
    ? { backchannel_logout_uri: settings.backchannel_logout_uri, backchannel_logout_session_required: true } : {}),
  ...client,
});

let issuer;
let provider;
let serve;

function start() {
  provider = new Provider(issuer, {
    clients: (settings.clients ?? usualClients).map(clientOf),
    jwks: { keys },
    cookies: { keys: ['a key that protects nothing'] },
    findAccount: (ctx, id) => PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
    claims: { openid: ['sub', 'roles_text', 'amr'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups', 'realm_access'],
      acr: null, auth_time: null },
    scopes: ['openid', 'email', 'profile', 'groups'],
    acrValues: ['mfa'],
    conformIdTokenClaims: settings.claims_in_id_token === false,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    ...(settings.client_auth_methods ? { clientAuthMethods: settings.client_auth_methods } : {}),
    pkce: { methods: ['S256'], required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    // Nobody is asked whether the client may know what it asks for.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => { ctx.type = 'text'; ctx.body = `${out.error} ${out.error_description}`; },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token' && ctx.body?.id_token) ctx.body.id_token = spoiled(ctx.body.id_token);
  });
  serve = provider.callback();
}

// The sign-in form

async function readForm(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function interact(request, response) {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<form method="post"><input name="login"><input name="password" type="password">'
      + '<button name="choice" value="yes">Sign in</button><button name="choice" value="no">Cancel</button></form>');
    return;
  }
  const form = await readForm(request);
  const known = form.get('choice') !== 'no' && PEOPLE[form.get('login')];
  await provider.interactionFinished(request, response, known
    ? { login: { accountId: form.get('login'), acr: 'mfa', amr: ['pwd', 'otp'] } }
    : { error: 'access_denied', error_description: `${form.get('login')} may not` });
}

// Control

const counts = {};
const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };

function logoutToken(query) {
  const header = { alg: 'RS256', typ: 'logout+jwt', kid: keys[0].kid };
  const claims = { iss: issuer, aud: query.get('client'), iat: now(), exp: now() + 120, jti: crypto.randomUUID(),
    sub: query.get('sub') ?? undefined, sid: query.get('sid') ?? undefined, events: { [EVENT]: {} } };
  const name = query.get('fault');
  return name ? FAULTS[name](header, claims) : sign(header, claims);
}

function control(request, response, url) {
  const answer = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'text/plain' });
    response.end(body);
  };
  switch (`${request.method} ${url.pathname}`) {
    case 'POST /control/rotate':
      makeKeys();
      start();
      return answer(200, '');
    case 'POST /control/fault': {
      const name = url.searchParams.get('name') ?? '';
      if (name && !FAULTS[name]) return answer(404, '');
      fault = name;
      return answer(200, '');
    }
    case 'POST /control/groups':
      PEOPLE[url.searchParams.get('of')].groups = url.searchParams.get('names').split(',');
      return answer(200, '');
    case 'GET /control/counts':
      return answer(200, JSON.stringify(counts));
    case 'GET /control/logout_token':
      return answer(200, logoutToken(url.searchParams));
    default:
      return answer(404, '');
  }
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, issuer);
  count(url.pathname);
  if (url.pathname === '/token' && request.headers.authorization?.startsWith('Basic ')) count('authorization');
  if (url.pathname.startsWith('/control/')) {
    control(request, response, url);
  } else if (url.pathname.startsWith('/interaction/')) {
    interact(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(400);
      response.end(error.message);
    });
  } else {
    serve(request, response);
  }
});

server.listen(settings.port ?? 0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  makeKeys();
  start();
  process.stdout.write(`READY ${issuer}\n`);
});
