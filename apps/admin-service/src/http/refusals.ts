import type { LineItemFault, OrderRefusal } from '@turnout/attendance/decide-order';
import type { OverrideRefusal } from '@turnout/attendance/decide-override';
import type { Status } from '@turnout/attendance/enrollment';
import type { IllegalTransition } from '@turnout/attendance/refused';
import { MAX_EVENT_DAYS } from '@turnout/attendance/requirement';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { FieldError, Refusal } from '@turnout/runtime/http/reply';
import type { EnrolledOne } from '../commands/enroll.ts';
import type { EventFieldsRefusal } from '../rules/check-event-fields.ts';
import type { EventCancellationRefusal } from '../rules/decide-event-cancellation.ts';
import type { EventChangeRefusal } from '../rules/decide-event-change.ts';

/** What happened, and what to do next. `extra` holds the same facts for a client that shows them in its own words. */
export function eventRefused(
  refusal: EventFieldsRefusal | EventChangeRefusal | EventCancellationRefusal,
): Refusal {
  switch (refusal.code) {
    case 'validation_failed':
      return validationFailed(refusal.errors);
    case 'event_too_long':
      return {
        problem: refusal.code,
        detail: `The event spans more than ${MAX_EVENT_DAYS} days. Choose a later start or an earlier end.`,
      };
    case 'requirement_exceeds_event_days': {
      const { requiredDays, eventDayCount } = refusal;
      return {
        problem: refusal.code,
        detail:
          `The requirement asks for ${days(requiredDays)} and the event has ${days(eventDayCount)}. ` +
          'Ask for fewer, or change the dates.',
        extra: { requiredDays, eventDayCount },
      };
    }
    case 'event_cancelled':
      return eventCancelled(refusal.cancelledAt);
    case 'event_closed':
      return {
        problem: refusal.code,
        detail:
          'The event is closed: verdicts were given by what it says. ' +
          ('fields' in refusal
            ? `To change ${refusal.fields.join(', ')}, send a reason: who was decided by the rule is judged again then.`
            : 'It can no longer be cancelled.'),
        extra: { closedAt: refusal.closedAt.toISOString() },
      };
    case 'closure_in_progress':
      return {
        problem: refusal.code,
        detail:
          'The event is being closed, and verdicts were given by what it says. ' +
          ('fields' in refusal
            ? `Only its name can still change, not ${refusal.fields.join(', ')}.`
            : 'It can no longer be cancelled.'),
      };
    case 'event_has_check_ins':
      return {
        problem: refusal.code,
        detail:
          `People have checked in for days that ${refusal.fields.join(' and ')} draw. ` +
          'Leave that as it is, or make another event.',
      };
  }
}

export function enrollRefused(refusal: Extract<EnrolledOne, { outcome: 'refused' }>['refusal']): Refusal {
  switch (refusal.code) {
    case 'event_cancelled':
      return eventCancelled(refusal.cancelledAt);
    case 'already_enrolled': {
      const { enrollmentId, status } = refusal;
      return {
        problem: refusal.code,
        detail:
          status === 'cancelled'
            ? 'This participant was enrolled in this event, and the enrollment was cancelled. That is final.'
            : 'This participant is enrolled in this event already. There is nothing left to do.',
        extra: { enrollmentId, enrollmentStatus: status },
      };
    }
    case 'access_code_taken':
      return {
        problem: refusal.code,
        detail:
          'Another enrollment of this event has this accessCode. Send another one, or none to have one made.',
      };
    case 'participant_ambiguous':
      return {
        problem: refusal.code,
        detail:
          `${refusal.candidates} participants have this e-mail address, each with an externalId. ` +
          'Send the externalId of the one you mean.',
      };
  }
}

export function overrideRefused(refusal: OverrideRefusal): Refusal {
  switch (refusal.code) {
    case 'event_cancelled':
      return eventCancelled(refusal.cancelledAt);
    case 'illegal_transition':
      return illegalTransition(
        refusal,
        'An override makes no_show attended, and confirmed checked_in; nothing else.',
      );
    case 'day_required': {
      const { eventDays } = refusal;
      return {
        problem: refusal.code,
        detail: `Today, ${refusal.today}, is not a day of the event. Send the day on which the person was there.`,
        errors: [{ path: 'day', message: `must be one of ${range(eventDays)}` }],
        extra: { eventDays },
      };
    }
    case 'not_an_event_day': {
      const { eventDays } = refusal;
      return {
        problem: refusal.code,
        detail: `${refusal.day} is not a day of the event. Send the day on which the person was there.`,
        errors: [{ path: 'day', message: `must be one of ${range(eventDays)}` }],
        extra: { eventDays },
      };
    }
  }
}

export function cancellationRefused(refusal: IllegalTransition): Refusal {
  return illegalTransition(
    refusal,
    'Only an enrollment that is confirmed or checked_in can be cancelled; a verdict is corrected by an override.',
  );
}

export function orderRefused(refusal: OrderRefusal): Refusal {
  switch (refusal.code) {
    case 'invalid_line_items':
      return validationFailed(refusal.faults.map(lineItemError));
    case 'already_redeemed': {
      const { productId, name, redeemed } = refusal.lineItem;
      return {
        problem: refusal.code,
        detail: `${redeemed} of ${name} were redeemed already. Send a quantity of at least ${redeemed} for it.`,
        extra: { productId, redeemed },
      };
    }
  }
}

function lineItemError({ index, fault }: LineItemFault): FieldError {
  const at = `lineItems[${index}]`;
  switch (fault) {
    case 'unknown_product':
      return { path: `${at}.productId`, message: 'must be a product of this event' };
    case 'named_twice':
      return {
        path: `${at}.productId`,
        message: 'must be named once; send one line item with the whole quantity',
      };
    case 'nothing_bought':
      return { path: `${at}.quantity`, message: 'must be at least 1; leave the product out instead' };
  }
}

function illegalTransition({ from, to }: { from: Status; to: Status }, whatIsPossible: string): Refusal {
  const happened =
    from === to
      ? `This enrollment is ${to} already.`
      : `This enrollment is ${from}, which can not become ${to} like this.`;
  return { problem: 'illegal_transition', detail: `${happened} ${whatIsPossible}`, extra: { from, to } };
}

function eventCancelled(cancelledAt: Date): Refusal {
  return {
    problem: 'event_cancelled',
    detail: 'The event was cancelled. That is final; make another event if it takes place after all.',
    extra: { cancelledAt: cancelledAt.toISOString() },
  };
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

function range(eventDays: readonly string[]): string {
  return eventDays.length <= 7 ? eventDays.join(', ') : `${eventDays[0]} … ${eventDays.at(-1)}`;
}
