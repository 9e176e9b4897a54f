import { newId } from '@turnout/runtime/ids';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../src/consumers/read-event.ts';
import { type Subscription, webhooksFor } from '../src/webhooks/webhooks-for.ts';
import { anybody, attendedEvent } from './support/events.ts';

const person = anybody();
const { organizationId } = person;
const read = readEvent(Buffer.from(JSON.stringify(attendedEvent(person))));
if ('problem' in read) throw new Error('not an event');

const subscription = (facts: Partial<Subscription> = {}): Subscription => ({
  endpointId: newId(),
  organizationId,
  eventTypes: null,
  ...facts,
});

describe('which endpoints hear of an event', () => {
  it('those of its organization that want all, or its type', () => {
    const all = subscription();
    const its = subscription({ eventTypes: ['turnout.event.closed.v1', 'turnout.participant.attended.v1'] });
    const other = subscription({ eventTypes: ['turnout.event.closed.v1'] });
    expect(webhooksFor(read, [all, other, its])).toEqual([all, its]);
  });

  it('none of another organization', () => {
    expect(webhooksFor(read, [subscription({ organizationId: newId() })])).toEqual([]);
  });
});
