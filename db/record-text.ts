const plain = /^[\w./:@+-]+$/;

/** A text field, quoted for the record and then for the array around it. Nothing is null, `''` is empty text. */
export function textField(value: string | undefined): string {
  if (value === undefined) return '';
  if (plain.test(value)) return value;
  const inRecord = `"${value.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;
  return inRecord.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
