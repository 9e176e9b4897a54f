import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJson, type OpenApi, type Operation } from './operations.ts';
import type { Answer } from './send.ts';
import type { DrawnRequest } from './to-request.ts';

export interface Checker {
  /** How an answer differs from what the document and the manner of the request call for; null when it does not. */
  complaint(request: DrawnRequest, answer: Answer): string | null;
}

/** Checks answers against the OpenAPI document of the service that gave them. */
export function checkerOf(): Checker {
  const byDocument = new Map<OpenApi, { strict: Ajv2020; coercing: Ajv2020 }>();
  const validators = new Map<string, ValidateFunction>();

  function validator(operation: Operation, pointer: string[], coerce = false): ValidateFunction {
    const place = ['paths', operation.template, operation.method.toLowerCase(), ...pointer];
    const reference = `document#/${place.map((part) => encodeURIComponent(escapedPart(part))).join('/')}`;
    const key = `${operation.service} ${reference} ${coerce}`;
    const known = validators.get(key);
    if (known) return known;
    const made = compilers(operation.document)[coerce ? 'coercing' : 'strict'].compile({ $ref: reference });
    validators.set(key, made);
    return made;
  }

  function compilers(document: OpenApi) {
    const known = byDocument.get(document);
    if (known) return known;
    const made = { strict: compilerFor(document, false), coercing: compilerFor(document, true) };
    byDocument.set(document, made);
    return made;
  }

  /** Whether the document allows what the request holds. */
  function allows({ operation, parts }: DrawnRequest): boolean {
    for (const place of ['path', 'query'] as const) {
      for (const [index, { name, in: at, required }] of operation.parameters.entries()) {
        if (at !== place) continue;
        if (!(name in parts[place])) {
          if (required) return false;
          continue;
        }
        const holder = { value: parts[place][name] };
        const check = validator(operation, ['parameters', String(index), 'schema'], true);
        if (!check(holder.value)) return false;
      }
      const names = operation.parameters
        .filter((parameter) => parameter.in === place)
        .map(({ name }) => name);
      if (Object.keys(parts[place]).some((name) => !names.includes(name))) return false;
    }
    if (!operation.body) return parts.body === undefined;
    if (parts.body === undefined) return !operation.body.required;
    return (
      validator(operation, ['requestBody', 'content', operation.body.mediaType, 'schema'])(parts.body) ===
      true
    );
  }

  function complaintAboutBody({ operation }: DrawnRequest, { status, headers, text }: Answer): string | null {
    const mediaTypes = operation.answers.get(status) ?? [];
    const sent = headers['content-type'];
    if (mediaTypes.length === 0)
      return text === '' ? null : `a body with ${status}, where none is documented`;
    const documented = mediaTypes.find((type) => sent === type || sent?.split(';')[0] === type);
    if (documented === undefined) return `${status} as ${sent}, documented as ${mediaTypes.join(', ')}`;
    if (!isJson(documented)) return null;
    const check = validator(operation, ['responses', String(status), 'content', documented, 'schema']);
    if (check(JSON.parse(text))) return null;
    const [error] = check.errors ?? [];
    return `${status} with a body that ${error?.instancePath || 'as a whole'} ${error?.message} (${JSON.stringify(error?.params)})`;
  }

  return {
    complaint(request, answer) {
      const { status, headers, text } = answer;
      if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
      if (!request.operation.answers.has(status))
        return `${status}, which is not documented: ${text.slice(0, 300)}`;
      if (headers['x-request-id'] === undefined) return `${status} without X-Request-Id`;
      const wrong = complaintAboutBody(request, answer);
      if (wrong !== null) return wrong;
      const expected = expectedStatus(request);
      if (expected !== null && status !== expected)
        return `${status} for ${request.manner}, expected ${expected}`;
      if (status >= 300) return null;
      if (request.manner !== 'plain') return `${status} for ${request.manner}`;
      return allows(request) ? null : `${status} for what the document does not allow`;
    },
  };
}

function expectedStatus({ manner }: DrawnRequest): number | null {
  if (manner === 'no_token' || manner === 'mistyped_token') return 401;
  return manner === 'wrong_role' ? 403 : null;
}

function compilerFor(document: OpenApi, coerceTypes: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    coerceTypes,
    allErrors: false,
    validateFormats: true,
    logger: false,
  });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', ...document } as object, 'document');
  return ajv;
}

function escapedPart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
