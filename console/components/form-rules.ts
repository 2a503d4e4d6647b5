/** The same limits as the server's, so that most mistakes are told before anything is sent. */
const SHORTEST_PASSWORD = 10;

export function emailProblem(text: string): string | null {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)
    ? null
    : 'Write your e-mail address, for example ada@example.com';
}

export function newPasswordProblem(text: string): string | null {
  return text.length >= SHORTEST_PASSWORD ? null : `Choose at least ${SHORTEST_PASSWORD} characters`;
}
