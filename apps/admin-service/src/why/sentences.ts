import type { Evidence } from '@turnout/attendance/requirement';
import type { Actor } from '@turnout/contracts/http/enrollments';
import { titleInSentence } from '@turnout/contracts/problems';
import { MINUTE } from '@turnout/runtime/durations';
import type {
  ActionTrace,
  CheckInTrace,
  DeliveryTrace,
  RefusalTrace,
  TransitionTrace,
  UseTrace,
} from './read-traces.ts';

/** What sentences need to know of the event. */
export interface Setting {
  timeZone: string;
  eventDays: readonly string[];
}

/** A change of status: who or what caused it, and by which evidence. */
export function transitionSentence({
  from,
  to,
  triggeredBy,
  actor,
  reason,
  evidence,
}: TransitionTrace): string {
  const byHand = triggeredBy === 'admin' || triggeredBy === 'participant';
  switch (to) {
    case 'confirmed':
      return from === null
        ? `Enrolled by ${who(actor)}.`
        : `No longer checked in: the only check-in was annulled by ${who(actor)}.`;
    case 'checked_in':
      return byHand
        ? `Set to checked in by ${who(actor)}. Reason: ${quoted(reason)}.`
        : 'Became checked in by the first check-in.';
    case 'attended':
      return byHand
        ? `Set to attended by ${who(actor)}. Reason: ${quoted(reason)}. ${presence(evidence)}`
        : `Judged as attended. ${presence(evidence)}`;
    case 'no_show':
      return triggeredBy === 'system'
        ? `Judged as a no-show. ${presence(evidence)}`
        : `Set to no-show by ${who(actor)}. Reason: ${quoted(reason)}. ${presence(evidence)}`;
    case 'cancelled':
      return `Cancelled by ${who(actor)}. Reason: ${quoted(reason)}.`;
  }
}

/** How far the message about a change of status has come. */
export function messageSentence({ to, message }: TransitionTrace): string {
  const what = `The message to other systems about becoming ${to.replace('_', ' ')}`;
  switch (message) {
    case 'pending':
      return `${what} is waiting to be published.`;
    case 'put_aside':
      return `${what} was put aside, because no queue accepts such messages.`;
    case 'published':
      return `${what} has been published.`;
  }
}

/** A check-in or an exit, and the day for which it counts. */
export function checkInSentence(checkIn: CheckInTrace, { timeZone, eventDays }: Setting): string {
  const { day, direction, source, scannedAt, recordedAt, turnedAway } = checkIn;
  const parts: string[] = [];
  if (source === 'override') parts.push(`Recorded as present on ${day} by ${by(checkIn)}.`);
  else if (direction === 'exit') parts.push(`Scanned on the way out ${at(checkIn)}.`);
  else parts.push(`Scanned in ${at(checkIn)}.`);
  if (source === 'scan' && direction === 'entry') {
    parts.push(
      eventDays.includes(day)
        ? `It counts for ${day}.`
        : `It was for ${day}, which is not a day of the event, so it does not count.`,
    );
  }
  if (recordedAt.getTime() - scannedAt.getTime() > MINUTE) {
    parts.push(`The device scanned it on ${localTime(scannedAt, timeZone)} and uploaded it later.`);
  }
  if (turnedAway)
    parts.push('The device was offline and sent the person away, although the ticket was valid.');
  return parts.join(' ');
}

/** That a check-in was annulled; it has to be. */
export function annulmentSentence(checkIn: CheckInTrace): string {
  const { day, annulledBy, annulmentReason } = checkIn;
  return `The check-in for ${day} was annulled by ${quoted(annulledBy?.label ?? 'an unknown device')}. Reason: ${quoted(annulmentReason ?? '')}. It no longer counts.`;
}

/** A refused scan, with the title of its problem. */
export function refusalSentence(refusal: RefusalTrace, { timeZone }: Setting): string {
  const asked = {
    check_in: 'A scan',
    redemption: 'A redemption',
    door_check: 'A door check',
  };
  const parts = [`${asked[refusal.kind]} ${at(refusal)} was refused: ${titleInSentence(refusal.refusal)}.`];
  if (refusal.deviceDecision === 'admitted') {
    parts.push('The device was offline at the time and had let the person in.');
  }
  if (refusal.recordedAt.getTime() - refusal.scannedAt.getTime() > MINUTE) {
    parts.push(`The device scanned it on ${localTime(refusal.scannedAt, timeZone)} and uploaded it later.`);
  }
  return parts.join(' ');
}

/** A redemption or a door check that was accepted. */
export function useSentence(use: UseTrace): string {
  const product = quoted(use.product);
  return use.kind === 'redemption'
    ? `Was handed out ${product} ${at(use)}.`
    : `Went in with ${product} ${at(use)}.`;
}

/** What somebody did to the enrollment, such as changing its order. */
export function actionSentence({ action, actor, reason, details }: ActionTrace): string {
  const why = reason === null ? '' : `. Reason: ${quoted(reason)}`;
  if (action === 'order.changed') {
    const after = details.after as { status?: string } | undefined;
    return `The order was marked ${(after?.status ?? 'changed').replace('_', ' ')} by ${who(actor)}${why}.`;
  }
  const [subject = action, done = ''] = action.split('.');
  return `${upperFirst(subject.replaceAll('_', ' '))} ${done.replaceAll('_', ' ')} by ${who(actor)}${why}.`;
}

/** What became of a notification. */
export function deliverySentence({ type, channel, status, attempts }: DeliveryTrace): string {
  const about = aboutType(type);
  const way = { email: 'A mail', log: 'A log line, instead of a mail,', webhook: 'A webhook' }[channel];
  const tries = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
  const sent = attempts === 1 ? 'on the first attempt' : `after ${attempts} attempts`;
  switch (status) {
    case 'sent':
      return `${way} ${about} was sent ${sent}.`;
    case 'pending':
      return `${way} ${about} is waiting to be sent${attempts > 0 ? `, after ${tries}` : ''}.`;
    case 'failed':
      return `${way} ${about} could not be delivered, after ${tries}. The delivery says why.`;
  }
}

/** What the rule says, with its reasons. */
export function presence(evidence: Evidence | null): string {
  if (!evidence) return '';
  const { daysPresent, required } = evidence;
  const days = required === 1 ? 'one day is' : `${required} days are`;
  if (daysPresent.length === 0) return `Present on no day; ${days} required.`;
  return `Present on ${daysPresent.join(', ')}; ${days} required.`;
}

/** `Fri, 1 May 2026, 09:02:11`, where the event is. */
export function localTime(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(instant);
}

function aboutType(type: string): string {
  const subject = /^turnout\.(.+)\.v\d+$/.exec(type)?.[1] ?? type;
  return `about ${quoted(subject)}`;
}

function at({ station, device }: { station: string | null; device: string | null }): string {
  return `${station === null ? 'at an unnamed station' : `at ${quoted(station)}`} by ${by({ device })}`;
}

function by({ device }: { device: string | null }): string {
  return device === null ? 'a device that no longer exists' : quoted(device);
}

function who(actor: Actor): string {
  return 'label' in actor ? quoted(actor.label) : 'Turnout itself';
}

function quoted(text: string): string {
  return `“${text}”`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
