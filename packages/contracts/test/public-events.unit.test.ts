import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicEvent } from '../src/events/public-event.ts';

const folder = new URL('../fixtures/v1/', import.meta.url);
const messages = readdirSync(folder).map((file) => ({
  file,
  message: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
}));

describe('public events, version 1', () => {
  it.each(messages)('still reads $file as it was published', ({ message }) => {
    expect(publicEvent.parse(message)).toEqual(message);
  });

  it('has an old message of every type', () => {
    const types = publicEvent.options.map(({ shape }) => shape.type.value);
    expect(messages.map(({ message }) => message.type).sort()).toEqual(types.sort());
  });

  it.each(messages)('lets fields pass that are newer than the reader: $file', ({ message }) => {
    const newer = { ...message, newattribute: 'x', data: { ...message.data, newField: 1 } };
    expect(publicEvent.parse(newer)).toEqual(newer);
  });

  it.each(messages)('refuses $file without its data, or of another version', ({ message }) => {
    expect(publicEvent.safeParse({ ...message, data: {} }).success).toBe(false);
    expect(publicEvent.safeParse({ ...message, type: message.type.replace('.v1', '.v2') }).success).toBe(
      false,
    );
    expect(publicEvent.safeParse({ ...message, id: 'x' }).success).toBe(false);
  });

  it('names no person: messages hold ids, days, verdicts and codes', () => {
    for (const { message } of messages) {
      expect(Object.keys(message.data).filter((key) => /name|email|station|reasonText/i.test(key))).toEqual(
        [],
      );
    }
  });
});
