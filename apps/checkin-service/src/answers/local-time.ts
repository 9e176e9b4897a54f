/** Making a format costs more than using it, and a busy desk is refused often; there are only so many time zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant for people at the event, in its own time zone: `1 May 2026, 09:02`. */
export function localTime(at: Date, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(at);
}
