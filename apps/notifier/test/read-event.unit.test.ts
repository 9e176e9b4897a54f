import { describe, expect, it } from 'vitest';
import { readEvent } from '../src/consumers/read-event.ts';
import { anybody, attendedEvent } from './support/events.ts';

const person = anybody();
const event = attendedEvent(person);
const read = (value: unknown) => readEvent(Buffer.from(JSON.stringify(value)));

describe('reading a message of the public stream', () => {
  it('knows the event and its organization', () => {
    expect(read(event)).toEqual({ event, organizationId: person.organizationId });
  });

  it('lets fields pass that a later version added', () => {
    const later = { ...event, shiny: 1, data: { ...event.data, seat: '12A' } };
    expect(read(later)).toEqual({ event: later, organizationId: person.organizationId });
  });

  it('does not understand what is not JSON, or not UTF-8', () => {
    for (const body of [Buffer.from('{"half":'), Buffer.from(''), Buffer.from([0x22, 0xff, 0x22])]) {
      expect(readEvent(body)).toMatchObject({ problem: 'not_json' });
    }
  });

  it('does not understand a type or a version it was not built for', () => {
    for (const type of ['turnout.participant.attended.v2', 'turnout.weather.changed.v1', undefined, 7]) {
      expect(read({ ...event, type })).toMatchObject({ problem: 'unknown_type' });
    }
  });

  it('names the fields that are wrong, never what is in them', () => {
    const wrong = read({ ...event, sequence: 0, data: { ...event.data, attendedAt: 'ada@example.org' } });
    expect(wrong).toEqual({ problem: 'wrong_content', paths: ['sequence', 'data.attendedAt'] });
    for (const value of [null, [], 'text', 7]) expect(read(value)).toHaveProperty('problem');
  });

  it('does not take an organization that is no id', () => {
    const source = `/organizations/${'-'.repeat(36)}/events/${person.eventId}`;
    expect(read({ ...event, source })).toEqual({ problem: 'wrong_content', paths: ['source'] });
  });

  it('does not look into a message of a size that no event has', () => {
    expect(read({ ...event, padding: 'x'.repeat(1_000_000) })).toEqual({ problem: 'too_large', paths: [] });
  });
});
