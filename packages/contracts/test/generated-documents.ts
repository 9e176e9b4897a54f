import { readdirSync, readFileSync } from 'node:fs';
import { asyncApiOf, publicEventKinds } from '../src/async-api.ts';

const fixtures = new URL('../fixtures/v1/', import.meta.url);

/** The folder `generated/` as it should be: text by path. */
export function generatedDocuments(): Map<string, string> {
  const messages = readdirSync(fixtures).map((file) =>
    JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')),
  );
  const examples = Object.fromEntries(messages.map((message) => [message.type, message]));
  return new Map([
    ['asyncapi.json', textOf(asyncApiOf(examples))],
    ...publicEventKinds().map(({ type, schema }) => [`schemas/${type}.json`, textOf(schema)] as const),
  ]);
}

function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
