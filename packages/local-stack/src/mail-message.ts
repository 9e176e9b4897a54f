/** What a person sees of a mail, and all its headers. */
export interface ParsedMail {
  subject: string;
  text: string;
  messageId: string | null;
  from: string;
  /** By lower-case name; one that occurs several times is joined by line breaks. */
  headers: Record<string, string>;
}

interface Entity {
  headers: Record<string, string>;
  body: Buffer;
}

/** Reads a mail as it came over SMTP (RFC 5322, MIME). What is malformed is shown as it came. */
export function parseMail(raw: Buffer): ParsedMail {
  const entity = splitEntity(raw);
  const headers = Object.fromEntries(
    Object.entries(entity.headers).map(([name, value]) => [name, decodeWords(value)]),
  );
  return {
    subject: headers.subject ?? '',
    text: readableText(entity)?.replaceAll('\r\n', '\n').trimEnd() ?? '',
    messageId: headers['message-id'] ?? null,
    from: headers.from ?? '',
    headers,
  };
}

function splitEntity(raw: Buffer): Entity {
  const end = raw.indexOf('\r\n\r\n');
  // A part without headers begins with the empty line itself.
  const startsEmpty = raw.subarray(0, 2).toString('latin1') === '\r\n';
  const head = startsEmpty ? '' : raw.subarray(0, end === -1 ? raw.length : end).toString('utf8');
  const body = startsEmpty ? raw.subarray(2) : end === -1 ? Buffer.alloc(0) : raw.subarray(end + 4);
  const headers: Record<string, string> = {};
  for (const line of head.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  return { headers, body };
}

/** The plain text of a mail; without one, whatever text there is. */
function readableText(entity: Entity): string | null {
  const type = contentType(entity);
  if (!type.name.startsWith('multipart/')) {
    return type.name.startsWith('text/') ? decodeBody(entity, type.parameters.charset) : null;
  }
  const parts = splitParts(entity.body, type.parameters.boundary ?? '').map(splitEntity);
  const plain = parts.find((part) => contentType(part).name === 'text/plain');
  for (const part of plain ? [plain] : parts) {
    const text = readableText(part);
    if (text !== null) return text;
  }
  return null;
}

function contentType({ headers }: Entity): { name: string; parameters: Record<string, string> } {
  const [name = '', ...rest] = (headers['content-type'] ?? 'text/plain').split(';');
  const parameters = rest
    .map((part) => /^\s*([^=\s]+)\s*=\s*"?([^"]*)"?\s*$/.exec(part))
    .filter((m) => m !== null);
  return {
    name: name.trim().toLowerCase(),
    parameters: Object.fromEntries(
      parameters.map(([, key, value]) => [(key ?? '').toLowerCase(), value ?? '']),
    ),
  };
}

function splitParts(body: Buffer, boundary: string): Buffer[] {
  const text = `\r\n${body.toString('latin1')}`;
  const [, ...parts] = text.split(`\r\n--${boundary}`);
  return parts
    .filter((part) => !part.startsWith('--'))
    .map((part) => Buffer.from(part.slice(part.indexOf('\r\n') + 2), 'latin1'));
}

function decodeBody({ headers, body }: Entity, charset: string | undefined): string {
  const encoding = (headers['content-transfer-encoding'] ?? '7bit').toLowerCase();
  if (encoding === 'base64') return decodeBytes(Buffer.from(body.toString('latin1'), 'base64'), charset);
  if (encoding === 'quoted-printable') {
    const unwrapped = body
      .toString('latin1')
      .replaceAll(/[ \t]+(?=\r\n|$)/g, '')
      .replaceAll('=\r\n', '');
    return decodeBytes(unescapeHex(unwrapped), charset);
  }
  return decodeBytes(body, charset);
}

/** RFC 2047: `=?charset?Q or B?text?=`. Neighbours are one text: a character may be split between them. */
function decodeWords(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/(?:=\?[^?\s]+\?[bq]\?[^?]*\?=)+/gi, (words) => {
    const found = [...words.matchAll(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi)];
    const bytes = found.map(([, , encoding, text = '']) =>
      encoding?.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : unescapeHex(text.replaceAll('_', ' ')),
    );
    return decodeBytes(Buffer.concat(bytes), found[0]?.[1]);
  });
}

function unescapeHex(text: string): Buffer {
  const bytes = text.replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

function decodeBytes(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a charset nobody knows
  }
}
