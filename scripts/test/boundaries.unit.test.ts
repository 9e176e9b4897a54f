// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test contain templates
import { describe, expect, it } from 'vitest';
import { findOffences, type Package } from '../check-boundaries.ts';
import { codeOf, importsOf } from '../source-text.ts';

/** A package with one source. */
function packageWith(path: string, text: string, dependencies: string[] = []): Package[] {
  const [folder, name = ''] = path.split('/');
  return [{ name, path: `${folder}/${name}`, dependencies, sources: [{ path, text }] }];
}

describe('the dependency directions', () => {
  it('forbid the rules to import a store, naming the line', () => {
    const packages = packageWith(
      'packages/attendance/src/a.ts',
      "// a\nimport { x } from '@turnout/attendance-store/x';\n",
    );
    expect(findOffences(packages)).toEqual([
      'packages/attendance/src/a.ts:2: attendance may not import @turnout/attendance-store',
    ]);
  });

  it('forbid what a manifest declares although no source uses it', () => {
    const packages = packageWith('packages/outbox/src/a.ts', '', ['@turnout/attendance', 'left-pad']);
    expect(findOffences(packages)).toEqual([
      'packages/outbox/package.json: outbox may not depend on @turnout/attendance',
      'packages/outbox/package.json: no source uses @turnout/attendance',
      'packages/outbox/package.json: no source uses left-pad',
    ]);
  });

  it.each(["import { pad } from 'left-pad/pad';", "import.meta.resolve('left-pad')"])(
    'let a manifest declare what is used by %s',
    (text) => {
      expect(findOffences(packageWith('packages/outbox/src/a.ts', text, ['left-pad']))).toEqual([]);
    },
  );

  it('forbid an import that no manifest declares', () => {
    const packages = packageWith('packages/runtime/src/a.ts', "export * from 'left-pad';");
    expect(findOffences(packages)).toEqual([
      'packages/runtime/src/a.ts:1: left-pad is not among the dependencies of runtime',
    ]);
  });

  it('forbid reaching into another package by a path', () => {
    const packages = packageWith('packages/runtime/src/a.ts', "await import('../../attendance/src/b.ts');");
    expect(findOffences(packages)).toEqual([
      'packages/runtime/src/a.ts:1: ../../attendance/src/b.ts leaves the package; import it by its name',
    ]);
  });

  it('forbid a command to know of the requests that it serves, and not the other way round', () => {
    const inward = packageWith('apps/notifier/src/http/a.ts', "import { b } from '../commands/b.ts';");
    const outward = packageWith('apps/notifier/src/commands/b.ts', "import { a } from '../http/a.ts';");
    expect(findOffences([...inward, ...outward])).toEqual([
      'apps/notifier/src/commands/b.ts:1: commands may not import http',
    ]);
  });

  it('forbid a package that nobody decided on', () => {
    const packages = packageWith('packages/utils/src/a.ts', '');
    expect(findOffences(packages)).toEqual([
      'packages/utils/package.json: utils has no place in scripts/boundaries.ts',
    ]);
  });

  it('let a test use what it needs', () => {
    const packages = packageWith(
      'packages/outbox/test/a.int.test.ts',
      "import { a } from '@turnout/test-kit/a';",
    );
    expect(findOffences(packages)).toEqual([]);
  });
});

describe('the rules of attendance', () => {
  const offencesOf = (source: string) =>
    findOffences(packageWith('packages/attendance/src/a.ts', source)).map((line) => line.split(': ')[1]);

  it.each([
    ["import { readFileSync } from 'node:fs';", 'node:fs is IO; attendance may not'],
    ["import fs from 'fs';", 'fs is IO; attendance may not'],
    ['const now = Date.now();', 'Date.now reads the clock; attendance may not'],
    ['const now = new Date();', 'new Date() reads the clock; attendance may not'],
    ['const now = new Date;', 'new Date reads the clock; attendance may not'],
    ['const x = Math.random();', 'Math.random takes a random value; attendance may not'],
    ['const x = process.env.X;', 'process looks at the process; attendance may not'],
    ['await fetch(url);', 'fetch uses the network; attendance may not'],
    ["console.log('x');", 'console prints; attendance may not'],
    ['const x = `at ${Date.now()}`;', 'Date.now reads the clock; attendance may not'],
  ])('may not contain %s', (source, offence) => {
    expect(offencesOf(source)).toEqual([offence]);
  });

  it.each([
    'const then = new Date(0);',
    '// Date.now() is not used here\n/* nor process.env */',
    "const text = 'new Date() in a text';",
    'const pattern = /["\'`]/; const at = 1 / 2 / 3;',
    'const text = `fetch ${1 + 1} console`;',
  ])('may contain %s', (source) => {
    expect(offencesOf(source)).toEqual([]);
  });
});

describe('a source text', () => {
  it('keeps its length and its lines when comments and texts are blanked', () => {
    const source = 'const a = "b"; // c\nconst d = `e${f({ g: `h` })}i`;\n';
    expect(codeOf(source)).toBe('const a = " ";     \nconst d = ` ${f({ g: ` ` })} `;\n');
  });

  it('lists what it imports, in whatever way', () => {
    const source = [
      "import a from 'a';",
      "import 'b';",
      "export * from 'c';",
      "import {\n  d,\n} from 'd';",
      "const e = await import('e');",
      '// import f from "f";',
      'const g = \'from "g"\';',
    ].join('\n');
    expect(importsOf(source).map(({ specifier }) => specifier)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
