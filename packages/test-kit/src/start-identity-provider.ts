import './oidc-provider.d.ts';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export type SigningKey = JsonWebKey & { kid: string; alg: string; use: 'sig' };

export interface IdentityProviderOptions {
  /** The claims beside the usual ones of each person, who signs in under that name and is `sub` too. */
  people: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface TestIdentityProvider extends AsyncDisposable {
  issuer: string;
  /** What tokens are for. */
  audience: string;
  /** The private key that it signs with now. */
  readonly key: SigningKey;
  /** A JWT that the provider has made for one of the people, over HTTP. */
  signIn(person: string): Promise<string>;
  /** Signs with a new key from now on; the old one is published no more. */
  rotateKeys(): void;
  /** Answers every request like this, until it is null again. */
  behave: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** The paths that were asked for. */
  readonly asked: string[];
}

const SCOPE = 'turnout';

/** A real OpenID provider on the loopback, which signs with ES256. */
export async function startIdentityProvider({
  people,
}: IdentityProviderOptions): Promise<TestIdentityProvider> {
  const audience = 'https://turnout.example.org';
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    (started.behave ?? answer)(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let key = newKey('first');
  const begin = () => {
    answer = new Provider(issuer, configuration(key, people, audience)).callback();
  };
  begin();
  const started: TestIdentityProvider = {
    issuer,
    audience,
    asked,
    behave: null,
    get key() {
      return key;
    },
    rotateKeys() {
      key = newKey(`after ${key.kid}`);
      begin();
    },
    async signIn(person) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${person}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: SCOPE }),
      });
      const body = (await response.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}

const SECRET = 'known to the test';

function newKey(kid: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
}

function configuration(key: SigningKey, people: IdentityProviderOptions['people'], audience: string) {
  return {
    jwks: { keys: [key] },
    clients: Object.keys(people).map((person) => ({
      client_id: person,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          audience,
          scope: SCOPE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    ttl: { ClientCredentials: 600 },
    extraTokenClaims: (_context: unknown, { clientId }: { clientId: string }) => people[clientId],
  };
}
