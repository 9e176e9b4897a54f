import type { AnnulmentRefusal } from '@turnout/attendance/decide-annulment';
import type { CheckInRefusal } from '@turnout/attendance/decide-check-in';
import type { DoorCheckRefusal } from '@turnout/attendance/decide-door-check';
import type { RedemptionRefusal } from '@turnout/attendance/decide-redemption';
import type { ScanKind, StoredEvent } from '@turnout/attendance-store/stored';
import type { Refusal } from '@turnout/runtime/http/reply';
import { alreadyCheckedIn } from './already-checked-in.ts';
import { previousBody } from './bodies.ts';
import { duration } from './in-words.ts';
import { localTime } from './local-time.ts';

/** Everything a scan can be refused with; the rules decide most of it, the look-up the rest. */
export type ScanRefusal =
  | CheckInRefusal
  | RedemptionRefusal
  | DoorCheckRefusal
  | { code: 'unknown_code' }
  | { code: 'scan_id_reused' };

/**
 * What the desk reads: what happened, and what to do next. `extra` holds the same facts for a client that shows them in
 * its own words.
 */
export function sentenceFor(
  refusal: ScanRefusal,
  event: StoredEvent,
  scan: { kind: ScanKind; scannedAt: Date; deviceId: string },
): { detail: string; extra: Record<string, unknown> } {
  const local = (at: Date) => localTime(at, event.timeZone);
  switch (refusal.code) {
    case 'unknown_code':
      return say(unknownCode(event));
    case 'scan_id_reused':
      return say(
        'This scanId was already used for another ticket or another request. Scan again; the device must send a new scanId for each scan.',
      );
    case 'event_cancelled':
      return say(
        `${event.name} was cancelled on ${local(refusal.cancelledAt)}. Admit nobody; ask the organizer.`,
        { cancelledAt: refusal.cancelledAt.toISOString() },
      );
    case 'enrollment_cancelled': {
      const { cancelledAt } = refusal;
      const when = cancelledAt ? ` on ${local(cancelledAt)}` : '';
      return say(`Ask the organizer: this ticket was cancelled${when}.`, {
        cancelledAt: cancelledAt?.toISOString() ?? null,
      });
    }
    case 'scanned_in_future':
      return say(
        `The clock of this device is ${duration(refusal.scannedAt.getTime() - refusal.now.getTime())} ahead of the server's. Set it and scan again.`,
        {
          scannedAt: refusal.scannedAt.toISOString(),
          serverTime: refusal.now.toISOString(),
        },
      );
    case 'not_open_yet':
      return say(`Admission opens on ${local(refusal.opensAt)}. Ask the person to come back then.`, {
        opensAt: refusal.opensAt.toISOString(),
      });
    case 'event_ended':
      return say(
        `${event.name} ended on ${local(refusal.endedAt)}. If the person was there, ask an admin to correct the attendance.`,
        { endedAt: refusal.endedAt.toISOString() },
      );
    case 'order_unpaid':
      return say(unpaid[scan.kind]);
    case 'already_checked_in':
      return say(alreadyCheckedIn(refusal, scan, local), {
        previous: previousBody(refusal.previous, scan),
      });
    case 'unknown_line_item':
      return say(
        'The order of this ticket does not have this line item. Reload the products of the ticket and choose one.',
      );
    case 'fully_redeemed': {
      const { name, quantity, redeemed } = refusal.lineItem;
      return say(
        `${name}: ${redeemed} of ${quantity} have been handed out. Do not hand out more; if the person disagrees, call a supervisor.`,
        { redeemed, quantity },
      );
    }
    case 'unknown_product':
      return say(`${event.name} has no such product. Choose the product of this door on the device again.`);
    case 'not_entitled':
      return say(
        `This ticket does not include ${refusal.product.name}. Do not admit; the cash desk may be able to sell it.`,
      );
  }
}

const unpaid: Record<ScanKind, string> = {
  check_in: 'The order is not paid. Send the person to the cash desk, or ask a supervisor to admit them.',
  redemption: 'The order is not paid. Do not hand out anything; send the person to the cash desk.',
  door_check: 'The order is not paid. Do not admit; send the person to the cash desk.',
};

/** The same words for a scan and for a look-up. */
export function unknownCode(event: Pick<StoredEvent, 'name'>): string {
  return `No ticket of ${event.name} has this code. Check that it is the right event, or search by name.`;
}

/** The answer to an annulment that is refused. */
export function annulmentRefused(refusal: AnnulmentRefusal, event: StoredEvent): Refusal {
  switch (refusal.code) {
    case 'check_in_not_found':
      return { problem: 'not_found' };
    case 'not_own_check_in':
      return {
        problem: 'forbidden',
        detail: 'This device did not make this check-in. Ask a supervisor to annul it.',
      };
    case 'supervisor_required':
      return {
        problem: 'forbidden',
        detail:
          'The event is closed, and this would make the person a no-show. Ask a supervisor to annul it.',
      };
    case 'already_annulled':
      return {
        problem: 'already_annulled',
        detail: `This check-in was annulled on ${localTime(refusal.annulledAt, event.timeZone)}. Nothing is left to do. If the person should be checked in, scan the badge again.`,
        extra: { annulledAt: refusal.annulledAt.toISOString() },
      };
    case 'annulment_window_over':
      return {
        problem: 'annulment_window_over',
        detail: `A device may undo its own scans for 15 minutes, in this case until ${localTime(refusal.endedAt, event.timeZone)}. Ask a supervisor to annul it.`,
        extra: { endedAt: refusal.endedAt.toISOString() },
      };
  }
}

function say(
  detail: string,
  extra: Record<string, unknown> = {},
): { detail: string; extra: Record<string, unknown> } {
  return { detail, extra };
}
