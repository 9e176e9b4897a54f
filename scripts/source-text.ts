/**
 * A source with its comments and the insides of its strings blanked, line by line where it was, so that what remains
 * is code. What stands in `${…}` of a template is code.
 */
export function codeOf(source: string): string {
  const code = source.split('');
  const templates: number[] = []; // for each open template, how many braces are open inside its ${…}
  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i += 1) if (code[i] !== '\n') code[i] = ' ';
  };
  let at = 0;
  while (at < source.length) {
    const end = endOfBlank(source, at, code);
    if (end > at) {
      const keepsEnds = !source.startsWith('//', at) && !source.startsWith('/*', at);
      blank(keepsEnds ? at + 1 : at, keepsEnds ? end - 1 : end);
      at = end;
      continue;
    }
    const depth = templates.at(-1);
    const character = source[at];
    if (character === '{' && depth !== undefined) templates[templates.length - 1] = depth + 1;
    if (character === '}' && depth !== undefined && depth > 0) templates[templates.length - 1] = depth - 1;
    if (character === '`' || (character === '}' && depth === 0)) {
      if (character === '}') templates.pop();
      const stop = endOfTemplateText(source, at + 1);
      blank(at + 1, stop);
      if (source.startsWith('${', stop)) templates.push(0);
      at = stop + (source.startsWith('${', stop) ? 2 : 1);
      continue;
    }
    at += 1;
  }
  return code.join('');
}

/** Every module a source imports or re-exports, with the line. */
export function importsOf(source: string): { specifier: string; line: number }[] {
  const code = codeOf(source);
  const found = code.matchAll(/\bfrom\s*(?=['"])|\bimport\s*\(?\s*(?=['"])/g);
  return [...found].map(({ index, 0: { length } }) => {
    const open = index + length;
    const close = source.indexOf(source[open] ?? "'", open + 1);
    return { specifier: source.slice(open + 1, close), line: lineOf(source, open) };
  });
}

/** The line of this place, from 1. */
export function lineOf(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}

/** Where the comment, string or regular expression that begins here ends; `at` itself if none does. */
function endOfBlank(source: string, at: number, code: readonly string[]): number {
  if (source.startsWith('//', at)) return endOrAfter(source, source.indexOf('\n', at), 0);
  if (source.startsWith('/*', at)) return endOrAfter(source, source.indexOf('*/', at + 2), 2);
  const character = source[at];
  if (character === "'" || character === '"') return endOfQuoted(source, at);
  if (character === '/' && beginsExpression(code, at)) return endOfRegExp(source, at);
  return at;
}

const endOrAfter = (source: string, found: number, length: number) =>
  found === -1 ? source.length : found + length;

function endOfQuoted(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === source[at] || source[i] === '\n') return i + 1;
  }
  return source.length;
}

function endOfRegExp(source: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '[') inClass = true;
    else if (source[i] === ']') inClass = false;
    else if (source[i] === '\n')
      return at; // a division after all
    else if (source[i] === '/' && !inClass) return i + 1;
  }
  return at;
}

function endOfTemplateText(source: string, from: number): number {
  for (let i = from; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '`' || source.startsWith('${', i)) return i;
  }
  return source.length;
}

/** Whether a slash at this place begins a regular expression: a value may stand here, and none has just ended. */
function beginsExpression(code: readonly string[], at: number): boolean {
  const before = code
    .slice(Math.max(0, at - 200), at)
    .join('')
    .trimEnd();
  return before === '' || /[(,=:[!&|?{};+\-*%<>~^]$|\b(?:return|typeof|case|in|of|await|yield)$/.test(before);
}
