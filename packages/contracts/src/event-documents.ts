import { readFile } from 'node:fs/promises';
import { publicEvent } from './events/public-event.ts';

const generated = new URL('../generated/', import.meta.url);

/** The AsyncAPI document of the public events, as text. */
export async function readAsyncApi(): Promise<string> {
  return await readFile(new URL('asyncapi.json', generated), 'utf8');
}

/** The JSON Schema of the messages of one type, as text; null for a type that there is not. */
export async function readEventSchema(type: string): Promise<string | null> {
  if (!publicEvent.options.some(({ shape }) => shape.type.value === type)) return null;
  return await readFile(new URL(`schemas/${type}.json`, generated), 'utf8');
}
