const timestamp = /(\d{2,}):(\d{2}):(\d{2})[.,]\d{3}|(\d{2}):(\d{2})[.,]\d{3}/g;
// How fast people speak.
const CHARACTERS_PER_SECOND = 15;

/** How long the audio was, from what was heard in it: the last time in subtitles, else the length of the text. */
export function secondsHeard(text: string): number {
  let last: number | undefined;
  for (const [, hours, minutes, seconds, shortMinutes, shortSeconds] of text.matchAll(timestamp))
    last =
      Number(hours ?? 0) * 3600 + Number(minutes ?? shortMinutes) * 60 + Number(seconds ?? shortSeconds) + 1;
  return last ?? Math.ceil(text.length / CHARACTERS_PER_SECOND);
}
