const LONGEST_NAME = 100;

/** `attendees[3].email`; names that came from outside are cut and made printable. */
export function fieldPath(parts: readonly PropertyKey[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else path += `${path === '' ? '' : '.'}${printable(String(part))}`;
  }
  return path === '' ? 'body' : path;
}

function printable(name: string): string {
  return name
    .slice(0, LONGEST_NAME)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd');
}
