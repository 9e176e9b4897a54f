import type { Route } from './route.ts';

type Named = Pick<Route<never>, 'method' | 'path' | 'answers'>;

/** `/v1/events/:eventId` as OpenAPI writes it. */
export function templateOf(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

/**
 * What generated clients call a route, such as `listEnrollments` or `createCheckInBatch`. It follows from method and
 * path alone, so that a better sentence in a summary breaks nobody's client.
 */
export function operationIdOf({ method, path, answers }: Named): string {
  const segments = segmentsOf(path);
  const last = segments.length - 1;
  const nouns = segments.flatMap((segment, index) => {
    if (segment.startsWith(':')) return [];
    const one = segments[index + 1]?.startsWith(':') || index < last || method === 'post';
    return [pascal(one ? singular(segment) : segment)];
  });
  return verbOf(method, segments, answers) + nouns.join('');
}

/** The resource a route belongs to: `check-ins`, `events`. */
export function tagOf({ path, method }: Named): string {
  const [, version, resource, , part] = path.split('/');
  if (version !== 'v1' || resource === undefined) return 'service';
  const owns = part !== undefined && (part.endsWith('s') || method === 'get');
  return resource === 'events' && owns ? part : resource;
}

/** Of a path below an event its part alone, since the event goes without saying. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'v1');
  const [first, second, ...rest] = segments;
  const ofEvent = first === 'events' && second?.startsWith(':');
  return ofEvent && rest.length > 0 && rest[0]?.endsWith('s') ? rest : segments;
}

function verbOf(method: string, segments: readonly string[], answers: Named['answers']): string {
  switch (method) {
    case 'get':
      return isList(answers[200]) ? 'list' : 'read';
    case 'post':
      return 'create';
    case 'patch':
      return 'change';
    case 'put':
      return 'set';
    default:
      return segments.at(-1) === ':tokenId' ? 'revoke' : 'delete';
  }
}

function isList(answer: Named['answers'][number] | undefined): boolean {
  return answer != null && 'shape' in answer && 'nextCursor' in (answer.shape as object);
}

function singular(segment: string): string {
  if (segment.endsWith('ies')) return `${segment.slice(0, -3)}y`;
  return segment.endsWith('s') && !segment.endsWith('ss') ? segment.slice(0, -1) : segment;
}

function pascal(segment: string): string {
  return segment.replaceAll(/(?:^|[-.])(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
