import { TextInput, type TextInputProps } from '@mantine/core';

/** "username" is what password managers look for. */
export function EmailField(props: TextInputProps) {
  return <TextInput label="E-mail" type="email" autoComplete="username" maxLength={254} {...props} />;
}
