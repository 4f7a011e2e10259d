// Times as the workspace reads them: the demo's clock, in the team's time zone.

let zone = "Europe/Paris";

export function setZone(name: string): void {
  zone = name;
}

function told(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(at);
}

export function ofStamp(ts: string): Date {
  return new Date(Number(ts) * 1000);
}

export const clockTime = (at: Date) => told(at, { hour: "2-digit", minute: "2-digit" });
export const dayKey = (at: Date) => told(at, { year: "numeric", month: "2-digit", day: "2-digit" });
export const dayName = (at: Date) => told(at, { weekday: "long", day: "numeric", month: "long" });
export const shortDay = (at: Date) => told(at, { weekday: "short", day: "numeric", month: "short" });
export const full = (at: Date) =>
  told(at, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });

export function dayLabel(at: Date, now: Date): string {
  const day = 24 * 3600 * 1000;
  if (dayKey(at) === dayKey(now)) return "Today";
  if (dayKey(at) === dayKey(new Date(now.getTime() - day))) return "Yesterday";
  return dayName(at);
}

/** An instant as a datetime-local field holds it, in the team's zone. */
export function local(seconds: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "short",
  }).format(new Date(seconds * 1000));
  return parts.replace(" ", "T");
}

/** The instant that such a field's words name. */
export function instant(words: string): number {
  const wanted = Date.parse(`${words}Z`) / 1000;
  const off = (at: number) => Date.parse(`${local(at)}Z`) / 1000 - at;
  const near = wanted - off(wanted);
  return Math.floor(wanted - off(near));
}
