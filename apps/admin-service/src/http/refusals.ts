import type { LineItemFault, OrderRefusal } from '@turnout/attendance/decide-order';
import type { OverrideRefusal } from '@turnout/attendance/decide-override';
import type { Status } from '@turnout/attendance/enrollment';
import type { IllegalTransition } from '@turnout/attendance/refused';
import { MAX_EVENT_DAYS } from '@turnout/attendance/requirement';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { FieldError, Refusal } from '@turnout/runtime/http/reply';
import type { ChangedBadge } from '../commands/change-badge.ts';
import type { EnrolledOne } from '../commands/enroll.ts';
import type { ImportedFile } from '../commands/import-enrollments.ts';
import type { OverriddenMany } from '../commands/override-many.ts';
import type { ImportErrors } from '../importing/import-errors.ts';
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
          'fields' in refusal
            ? 'The event is closed, and its verdicts depend on these values. ' +
              `To change ${refusal.fields.join(', ')}, send a reason: everyone who was judged by the rule is then judged again.`
            : 'The event is closed: everyone has a verdict, and it can no longer be cancelled. Correct the verdicts that are wrong.',
        extra: { closedAt: refusal.closedAt.toISOString() },
      };
    case 'closure_in_progress':
      return {
        problem: refusal.code,
        detail:
          'fields' in refusal
            ? 'The event is being closed, and its verdicts depend on these values. ' +
              `Only its name can still be changed, not ${refusal.fields.join(', ')}.`
            : 'The event is being closed, and can no longer be cancelled. Correct the verdicts that are wrong.',
      };
    case 'event_has_check_ins':
      return {
        problem: refusal.code,
        detail:
          `People have checked in for days that depend on ${refusal.fields.join(' and ')}. ` +
          'Leave that unchanged, or create another event.',
      };
  }
}

/** Why one person was not enrolled; of a file {@link importRefused} says it. */
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
            ? 'This participant was enrolled in this event, and the enrollment was cancelled. A cancellation is final.'
            : 'This participant is already enrolled in this event. There is nothing left to do.',
        extra: { enrollmentId, enrollmentStatus: status },
      };
    }
    case 'access_code_taken':
      return accessCodeTaken;
    case 'participant_ambiguous':
      return {
        problem: refusal.code,
        detail:
          `${refusal.candidates} participants have this e-mail address, each with an externalId. ` +
          'Send the externalId of the one you mean.',
      };
    case 'participant_outside_scope':
      return {
        problem: refusal.code,
        detail:
          'This externalId belongs to a participant of other events with a different e-mail address. ' +
          'Send that address, or use a token for the whole organization.',
      };
  }
}

/**
 * Why a file enrolled nobody: of a file with faults each is named by row and column, up to the number that is listed.
 */
export function importRefused(refusal: Extract<ImportedFile, { outcome: 'refused' }>['refusal']): Refusal {
  switch (refusal.code) {
    case 'event_cancelled':
      return eventCancelled(refusal.cancelledAt);
    case 'import_id_reused':
      return {
        problem: refusal.code,
        detail:
          'Another file was imported into this event with this importId. Choose a new one for this file.',
      };
    case 'invalid_file':
      return invalidFile(refusal);
  }
}

function invalidFile({ errors, people }: { errors: ImportErrors; people: number }): Refusal {
  const { listed, count } = errors;
  const more = count - listed.length;
  const all = people === count && errors.onlyAlreadyEnrolled;
  const what = count === 1 ? 'One thing is wrong' : `${count} things are wrong`;
  const detail = all
    ? 'All of these people are already enrolled in this event: the file may have been imported before.'
    : `${what} with the file, so nobody was enrolled. "errors" names ${more > 0 ? `the first ${listed.length}` : 'each'} by row and column.`;
  return {
    problem: 'validation_failed',
    detail,
    errors: listed,
    extra: { errorCount: count, moreErrors: more },
  };
}

/** Why an override of one enrollment changed nothing. */
export function overrideRefused(refusal: OverrideRefusal): Refusal {
  switch (refusal.code) {
    case 'event_cancelled':
      return eventCancelled(refusal.cancelledAt);
    case 'illegal_transition':
      return illegalTransition(
        refusal,
        'An override can only turn no_show into attended, and confirmed into checked_in.',
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

/** Why one of many stays as it is. */
export function notOverridden(from: Status | null, to: Status): string {
  return from === null ? 'This event has no such enrollment.' : `It is ${from}, which cannot become ${to}.`;
}

/** Why an override of many changed nothing; `count_differs` tells how many would change now. */
export function bulkOverrideRefused(
  refusal: Extract<OverriddenMany, { outcome: 'refused' }>['refusal'],
): Refusal {
  if (refusal.code !== 'count_differs') return overrideRefused(refusal);
  const { count } = refusal;
  return {
    problem: refusal.code,
    detail:
      `${count === 1 ? '1 enrollment' : `${count} enrollments`} would change now, so none was changed. ` +
      'Send "dryRun": true to see what is different, then send the new count if it is right.',
    extra: { count },
  };
}

/** More enrollments match than the `limit` of one request; none was changed. */
export function tooManyEnrollments(limit: number): Refusal {
  return {
    problem: 'too_many_enrollments',
    detail:
      `More than ${limit} enrollments match, and at most ${limit} are changed at once. ` +
      'Narrow the filter by status or ticketType, or send the enrollments in several requests.',
    extra: { limit },
  };
}

/** Why an enrollment keeps its access code. */
export function badgeRefused(refusal: Extract<ChangedBadge, { outcome: 'refused' }>['refusal']): Refusal {
  switch (refusal.code) {
    case 'access_code_taken':
      return accessCodeTaken;
    case 'enrollment_cancelled':
      return {
        problem: refusal.code,
        detail: 'This enrollment was cancelled. That is final, so it cannot get another access code.',
        extra: { cancelledAt: refusal.cancelledAt?.toISOString() ?? null },
      };
  }
}

/** Why an enrollment can not be cancelled. */
export function cancellationRefused(refusal: IllegalTransition): Refusal {
  return illegalTransition(
    refusal,
    'Only an enrollment that is confirmed or checked_in can be cancelled; a verdict is corrected by an override.',
  );
}

/** Why an order stays as it was: what is wrong with its line items, or a quantity below what was redeemed. */
export function orderRefused(refusal: OrderRefusal): Refusal {
  switch (refusal.code) {
    case 'invalid_line_items':
      return validationFailed(refusal.faults.map(lineItemError));
    case 'already_redeemed': {
      const { productId, name, redeemed } = refusal.lineItem;
      return {
        problem: refusal.code,
        detail: `${redeemed} of ${name} were already redeemed. Send a quantity of at least ${redeemed} for it.`,
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
        message: 'must appear only once; send one line item with the total quantity',
      };
    case 'nothing_bought':
      return { path: `${at}.quantity`, message: 'must be at least 1; leave the product out instead' };
  }
}

const accessCodeTaken: Refusal = {
  problem: 'access_code_taken',
  detail:
    'An enrollment of this event has or had this accessCode. Send another one, or leave it out to have one generated.',
};

function illegalTransition({ from, to }: { from: Status; to: Status }, whatIsPossible: string): Refusal {
  const happened =
    from === to
      ? `This enrollment is already ${to}.`
      : `This enrollment is ${from}, which cannot become ${to} like this.`;
  return { problem: 'illegal_transition', detail: `${happened} ${whatIsPossible}`, extra: { from, to } };
}

function eventCancelled(cancelledAt: Date): Refusal {
  return {
    problem: 'event_cancelled',
    detail: 'The event was cancelled. That is final; create another event if it takes place after all.',
    extra: { cancelledAt: cancelledAt.toISOString() },
  };
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

function range(eventDays: readonly string[]): string {
  return eventDays.length <= 7 ? eventDays.join(', ') : `${eventDays[0]} … ${eventDays.at(-1)}`;
}
