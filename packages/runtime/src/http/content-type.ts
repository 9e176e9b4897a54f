/** What is wrong with the `Content-Type` of a body that has to be `mediaType` in UTF-8, as a sentence; or nothing. */
export function complaintAboutType(contentType: string | undefined, mediaType: string): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (type.trim() !== mediaType) return `Send the body as Content-Type: ${mediaType}.`;
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() === 'charset' && !/^"?utf-?8"?$/.test(value.trim())) return 'Send the body in UTF-8.';
  }
  return undefined;
}
