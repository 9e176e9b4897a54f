import { create } from 'content-disposition';

/**
 * The header that has a browser keep an answer as a file (RFC 6266). Of the name, what a file system or a terminal
 * could take for something else becomes a space: separators, control characters, marks that turn the direction of
 * writing.
 */
export function asFile(words: readonly string[], extension: string): string {
  const name = words
    .join(' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|%]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const file = `${[...name].slice(0, 120).join('').trim()}.${extension}`;
  return create(file, { fallback: file.normalize('NFKD').replace(/[^ -~]/g, '') });
}
