import { toCloudEvent } from '@turnout/contracts/events/envelope';
import { publicEvent } from '@turnout/contracts/events/public-event';
import { newId } from '@turnout/runtime/ids';
import { describe, expect, it } from 'vitest';
import { notificationsFor } from '../src/notifications/notifications-for.ts';
import { anybody, attendedEvent } from './support/events.ts';

const at = '2026-05-03T16:00:00.000Z';
const ids = { eventId: newId(), enrollmentId: newId(), participantId: newId() };
const evidence = { daysPresent: [], required: 1, rule: 'any_day' };

const others = {
  'turnout.participant.no-show.v1': {
    ...ids,
    triggeredBy: 'system',
    reason: 'never_checked_in',
    corrects: null,
    evidence,
  },
  'turnout.check-in.recorded.v1': {
    ...ids,
    checkInId: newId(),
    outcome: 'first',
    day: '2026-05-01',
    scannedAt: at,
    recordedAt: at,
    source: 'scan',
    movedToCheckedIn: true,
  },
  'turnout.check-in.annulled.v1': {
    ...ids,
    checkInId: newId(),
    day: '2026-05-01',
    direction: 'entry',
    annulledAt: at,
    movedToConfirmed: true,
  },
  'turnout.enrollment.cancelled.v1': { ...ids, from: 'confirmed', triggeredBy: 'admin' },
  'turnout.event.closed.v1': {
    ...ids,
    runId: newId(),
    closedAt: at,
    firstClosure: true,
    counts: { attended: 1, noShow: 0 },
    totals: { attended: 1, noShow: 0, cancelled: 0 },
  },
  'turnout.event.closure-failed.v1': { ...ids, runId: newId(), attempts: 4, failedAt: at },
};

describe('who hears what', () => {
  it('tells a participant who attended', () => {
    const person = anybody();
    expect(notificationsFor(attendedEvent(person), { participants: true, organizers: false })).toEqual([
      {
        enrollmentId: person.enrollmentId,
        template: 'you-attended',
        content: { daysPresent: ['2026-05-01', '2026-05-03'], corrected: false },
      },
    ]);
  });

  it.each(Object.entries(others))('tells nobody about %s', (type, data) => {
    const event = publicEvent.parse(
      toCloudEvent({
        id: newId(),
        type,
        organizationId: newId(),
        eventId: ids.eventId,
        subject: ids.enrollmentId,
        sequence: 2,
        time: new Date(at),
        data,
      }),
    );
    expect(notificationsFor(event, { participants: true, organizers: false })).toEqual([]);
  });
});
