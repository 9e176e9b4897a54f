import { readdirSync, readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { publicEventKinds } from '../src/async-api.ts';
import { generatedDocuments } from './generated-documents.ts';

const folder = new URL('../generated/', import.meta.url);
const fixtures = new URL('../fixtures/v1/', import.meta.url);

const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);
const check = new Map(publicEventKinds().map(({ type, schema }) => [type, ajv.compile(schema)]));

const messages = readdirSync(fixtures).map((file) => ({
  file,
  message: JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')),
}));

describe('the documents of the public events', () => {
  it('are in generated/ as the schemas say now (npm run contracts writes them)', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.json'),
    );
    const found = files.sort().map((path) => [path, readFileSync(new URL(path, folder), 'utf8')]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(generatedDocuments()));
  });

  it('are an AsyncAPI 3 document without a complaint', async () => {
    const parser = new Parser();
    const { document, diagnostics } = await parser.parse(generatedDocuments().get('asyncapi.json') ?? '');
    expect(diagnostics.filter(({ severity }) => severity <= 1)).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(document?.operations().length).toBe(messages.length);
  });

  it.each(messages)('allow $file, also with fields that are newer', ({ message }) => {
    const schema = check.get(message.type);
    expect(schema?.(message), JSON.stringify(schema?.errors)).toBe(true);
    expect(schema?.({ ...message, newer: 1, data: { ...message.data, newer: 1 } })).toBe(true);
  });

  it.each(messages)('refuse $file without its data, or with an id that is none', ({ message }) => {
    expect(check.get(message.type)?.({ ...message, data: {} })).toBe(false);
    expect(check.get(message.type)?.({ ...message, id: 'x' })).toBe(false);
  });

  it.each(messages)('are named by $file as its dataschema', ({ message }) => {
    const kind = publicEventKinds().find(({ type }) => type === message.type);
    expect(kind?.schema).toMatchObject({ $id: message.dataschema });
  });
});
