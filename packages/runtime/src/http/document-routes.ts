/**
 * `GET /openapi.json`, and `GET /docs`: the same as a page, which needs nothing but this service. Both are public: they
 * tell what the sources tell, and nothing of anybody.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { type DocumentFacts, openApiOf } from './open-api.ts';
import { type Route, route } from './route.ts';

export type Documents = DocumentFacts;

/** What the page consists of beside itself, by name. */
const parts = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
} as const;

/**
 * Like the policy of other answers, but for `upgrade-insecure-requests`: with it a browser would ask for the parts by
 * https where a service listens on a plain address of a local network.
 */
const pagePolicy = [
  "default-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self' 'unsafe-inline'",
].join('; ');

/** The routes of the documents of `routes`, which are described themselves. */
export function documentRoutes(routes: readonly Route<never>[], facts: DocumentFacts): Route<unknown>[] {
  let openApi: string | undefined;
  const swaggerUi = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
  const own: Route<unknown>[] = [
    route({
      method: 'get',
      path: '/openapi.json',
      allow: [],
      summary: 'Reads this description of the API',
      answers: { 200: z.looseObject({ openapi: z.string() }) },
      async handle() {
        openApi ??= JSON.stringify(openApiOf([...routes, ...own], facts));
        return { status: 200, body: openApi, headers: { 'Content-Type': 'application/json' } };
      },
    }),
    route({
      method: 'get',
      path: '/docs',
      allow: [],
      summary: 'Shows this description as a page',
      answers: { 200: { mediaTypes: ['text/html'] } },
      handle: async () => ({
        status: 200,
        body: page(facts.title),
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': pagePolicy },
      }),
    }),
    route({
      method: 'get',
      path: '/docs/:part',
      allow: [],
      summary: 'Reads a part of the page',
      params: z.object({ part: z.string().meta({ enum: Object.keys(parts) }) }),
      answers: { 200: { mediaTypes: ['text/css', 'text/javascript'] } },
      async handle({ params: { part } }) {
        if (!isPart(part)) return { problem: 'not_found' };
        const body = part === 'start.js' ? start : await readFile(swaggerUi.replace('package.json', part));
        const headers = { 'Content-Type': parts[part], 'Cache-Control': 'public, max-age=3600' };
        return { status: 200, body, headers };
      },
    }),
  ];
  return own;
}

function isPart(name: string): name is keyof typeof parts {
  return Object.hasOwn(parts, name);
}

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'list',
  validatorUrl: null,
  persistAuthorization: false,
  requestSnippetsEnabled: true,
});
`;

function page(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"><noscript>This page needs JavaScript. The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
}
