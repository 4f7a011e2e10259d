// Everything that goes over the wire: the token, reads, acts, the stream of changes, files.

import type { Result, State } from "./types";

const KEY = "reportops.token";

/** Take the token out of the address, so that it is neither bookmarked nor shown. */
export function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    if (given !== sessionStorage.getItem(KEY)) sessionStorage.clear();
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

const token = takeToken();

/** Said by the server, in a sentence for a person. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    words: string,
  ) {
    super(words);
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(`api/${path}`, { ...init, headers });
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Refused(response.status, told.error ?? `the demo answered ${response.status}`);
}

export async function readState(as: string): Promise<State> {
  return (await ask(`state?as=${encodeURIComponent(as)}`)).json() as Promise<State>;
}

export async function post(path: string, body: object): Promise<Result | null> {
  const response = await ask(path, { method: "POST", body: JSON.stringify(body) });
  return ((await response.json()) as { result: Result | null }).result;
}

/** Send a file into a file input; the answer's id is what the input holds. */
export async function upload(as: string, file: File): Promise<{ id: string }> {
  const query = new URLSearchParams({ as, name: file.name });
  const response = await ask(`upload?${query}`, { method: "POST", body: file });
  return ((await response.json()) as { result: { id: string } }).result;
}

const files = new Map<string, Promise<string>>();

/** An address within this page for a file's bytes: an <img> cannot send the token itself. */
export function fileUrl(id: string): Promise<string> {
  const known = files.get(id);
  if (known) return known;
  const made = ask(`file?id=${encodeURIComponent(id)}`)
    .then((response) => response.blob())
    .then((blob) => URL.createObjectURL(blob));
  made.catch(() => files.delete(id));
  files.set(id, made);
  return made;
}

export interface Change {
  seq: number;
  kind: string;
}

/** Call `told` for each change after `since`, until the stream ends or `signal` stops it. */
export async function follow(
  since: number,
  told: (change: Change) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await ask(`changes?since=${since}`, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return;
    const events = (rest + part.value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const change = parsed(event);
      if (change) told(change);
    }
  }
}

function parsed(event: string): Change | null {
  const field = (name: string) =>
    event
      .split("\n")
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
      .join("\n");
  const data = field("data");
  if (!data) return null;
  const body = JSON.parse(data) as { kind?: string };
  return { seq: Number(field("id")) || 0, kind: body.kind ?? "" };
}
