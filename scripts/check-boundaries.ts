import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMPURE, MAY_IMPORT, MAY_NOT_SEE, PURE } from './boundaries.ts';
import { codeOf, importsOf, lineOf } from './source-text.ts';

export interface Package {
  /** Without the scope. */
  name: string;
  /** From the root of the repository, like those of its sources. */
  path: string;
  dependencies: string[];
  sources: { path: string; text: string }[];
}

const SCOPE = '@turnout/';

/**
 * What packages declare and import against the directions they may have, what they declare and don't use or use and
 * don't declare, and the IO in sources that must have none. Answers one line for each offence, with the place.
 */
export function findOffences(packages: readonly Package[]): string[] {
  return packages.flatMap((found) => {
    const allowed = MAY_IMPORT[found.name];
    const manifest = `${found.path}/package.json`;
    if (allowed === undefined) return [`${manifest}: ${found.name} has no place in scripts/boundaries.ts`];
    const declared = found.dependencies
      .filter((name) => name.startsWith(SCOPE) && !allowed.includes(name.slice(SCOPE.length)))
      .map((name) => `${manifest}: ${found.name} may not depend on ${name}`);
    return [
      ...declared,
      ...unusedDependencies(found, manifest),
      ...found.sources.flatMap((source) => sourceOffences(found, allowed, source)),
    ];
  });
}

/**
 * What is declared and named by no source, tests included. A string is enough: some are only resolved, or preloaded.
 */
function unusedDependencies({ dependencies, sources }: Package, manifest: string): string[] {
  const names = (text: string, name: string) =>
    [`'${name}'`, `"${name}"`, `'${name}/`, `"${name}/`].some((quoted) => text.includes(quoted));
  return dependencies
    .filter((name) => !sources.some(({ text }) => names(text, name)))
    .map((name) => `${manifest}: no source uses ${name}`);
}

function sourceOffences(
  of: Package,
  allowed: readonly string[],
  { path, text }: Package['sources'][number],
): string[] {
  const isTest = path.startsWith(`${of.path}/test/`);
  const place = (line: number, what: string) => `${path}:${line}: ${what}`;
  const imports = importsOf(text).flatMap(({ specifier, line }) => {
    const offence = importOffence(of, allowed, path, specifier, isTest);
    return offence ? [place(line, offence)] : [];
  });
  if (isTest || !PURE.includes(of.name)) return imports;
  const code = codeOf(text);
  const impure = IMPURE.flatMap(({ pattern, what }) =>
    [...code.matchAll(pattern)].map(({ index, 0: found }) =>
      place(lineOf(text, index), `${found.trim()} ${what}; ${of.name} may not`),
    ),
  );
  return [...imports, ...impure];
}

function importOffence(
  of: Package,
  allowed: readonly string[],
  path: string,
  specifier: string,
  isTest: boolean,
): string | null {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    if (!target.startsWith(`${of.path}/`)) return `${specifier} leaves the package; import it by its name`;
    const [from, to] = [folderOf(of, path), folderOf(of, target)];
    return MAY_NOT_SEE[from]?.includes(to) ? `${from} may not import ${to}` : null;
  }
  const name = packageNameOf(specifier);
  if (specifier.startsWith('node:') || builtinModules.includes(name)) {
    return PURE.includes(of.name) && !isTest ? `${specifier} is IO; ${of.name} may not` : null;
  }
  if (isTest) return null;
  if (name.startsWith(SCOPE) && !allowed.includes(name.slice(SCOPE.length))) {
    return `${of.name} may not import ${name}`;
  }
  return of.dependencies.includes(name) ? null : `${name} is not among the dependencies of ${of.name}`;
}

/** The first folder below `src`, or an empty text. */
function folderOf({ path }: Package, file: string): string {
  const [src, folder, ...rest] = file.slice(path.length + 1).split('/');
  return src === 'src' && folder !== undefined && rest.length > 0 ? folder : '';
}

function packageNameOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function readPackages(root: string): Package[] {
  return ['apps', 'packages']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((dir) => existsSync(join(dir, 'package.json')))
    .map((dir) => {
      const { name, dependencies = {} } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      return {
        name: String(name).replace(SCOPE, ''),
        path: relative(root, dir),
        dependencies: Object.keys(dependencies),
        sources: sourcesIn(dir).map((file) => ({
          path: relative(root, file),
          text: readFileSync(file, 'utf8'),
        })),
      };
    });
}

function sourcesIn(dir: string): string[] {
  return ['src', 'test']
    .map((folder) => join(dir, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.(?:m|c)?[tj]s$/.test(file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const offences = findOffences(readPackages(fileURLToPath(new URL('..', import.meta.url))));
  for (const offence of offences) console.log(offence);
  process.exitCode = offences.length === 0 ? 0 : 1;
}
