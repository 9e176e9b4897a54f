import { readFileSync } from 'node:fs';
import { deriveRosterKeys, isGuessable, openPerson, sealPerson } from '@turnout/contracts/roster-sealing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const document = readFileSync(new URL('../../../docs/offline-devices.md', import.meta.url), 'utf8');
const [, printed = ''] = /An example, which a test checks:\s+```json\n([^`]+)```/.exec(document) ?? [];
const example = JSON.parse(printed);

const eventId = '0197f3c2-7d1e-7a44-9c55-3b0f6a1e2d90';
const keys = deriveRosterKeys(eventId, 'ONE');
const ada = { enrollmentId: '0197f3c2-8a02-7f31-8d7e-52c1b0a4e617', displayName: 'Ada', ticketType: null };

describe('the example of the documents', () => {
  it('is what is made here', () => {
    const made = deriveRosterKeys(example.eventId, example.accessCode);
    expect(made.key).toBe(example.key);
    expect(Buffer.from(made.sealingKey).toString('hex')).toBe(example.sealingKey);
    expect(sealPerson(made, example.person, Buffer.from(example.nonce, 'hex'))).toBe(example.sealed);
    expect(openPerson(made, example.sealed)).toEqual(example.person);
  });
});

describe('a sealed person', () => {
  it('is opened by the code of the badge, whatever the code and the name', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(text, text, fc.option(text), (code, displayName, ticketType) => {
        const made = deriveRosterKeys(eventId, code);
        const person = { ...ada, displayName, ticketType };
        expect(openPerson(made, sealPerson(made, person))).toEqual(person);
      }),
      { numRuns: 200 },
    );
  });

  it('is sealed with a nonce of its own each time', () => {
    expect(sealPerson(keys, ada)).not.toBe(sealPerson(keys, ada));
  });

  it('is not opened by another code, in another event, or as another entry', () => {
    const sealed = sealPerson(keys, ada);
    const others = [
      deriveRosterKeys(eventId, 'TWO'),
      deriveRosterKeys('0197f3c2-7d1e-7a44-9c55-3b0f6a1e2d91', 'ONE'),
      { ...keys, key: 'f'.repeat(32) },
    ];
    for (const other of others) expect(() => openPerson(other, sealed)).toThrow();
  });

  it('is not opened when one bit of it was changed', () => {
    const bytes = Buffer.from(sealPerson(keys, ada), 'base64url');
    for (const place of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      expect(() => openPerson(keys, changed.toString('base64url'))).toThrow();
    }
  });

  it('has a length that says little', () => {
    const lengthOf = (displayName: string) => sealPerson(keys, { ...ada, displayName }).length;
    expect(lengthOf('Bo Li')).toBe(lengthOf('Maximilian Fernández'));
  });
});

it('keys of many codes are all different', () => {
  const codes = Array.from({ length: 1000 }, (_, n) => `CODE${n}`);
  expect(new Set(codes.map((code) => deriveRosterKeys(eventId, code).key)).size).toBe(1000);
});

describe('an access code', () => {
  it.each([
    ['123456', true],
    ['TICKET-0001', true],
    ['0123456789012345678901234', false],
    ['012345678901234567890123', true],
    ['7QK2M4XRWD9TB6HJ', false],
    ['7QK2M4XRWD9TB6H', true],
    ['correcthorsebattery', false],
  ])('%s can be guessed: %s', (code, guessable) => {
    expect(isGuessable(code)).toBe(guessable);
  });
});
