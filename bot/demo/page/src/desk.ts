// What every part of the page may need: who one is, what there is, and how to act.

import { createContext, useContext } from "react";
import type { Person, Result, State } from "./types";

export interface Desk {
  as: string;
  state: State;
  theme: "light" | "dark";
  act: (path: string, body?: object) => Promise<Result | null>;
  complain: (words: string) => void;
  person: (id: string) => Person | undefined;
  openThread: (channel: string, ts: string) => void;
  go: (channel: string, ts?: string) => void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk around this component");
  return desk;
}

const SAID: Record<string, string> = {
  operation_timeout: "it did not answer within 3 seconds",
  dispatch_failed: "the app is not connected",
  app_unreachable: "the app is not connected",
  invalid_command_response: "its answer could not be shown",
  invalid_view_response: "its answer could not be shown",
  not_subscribed: "",
};

/** What Slack would say of an act that the app did not take; empty where all is well. */
export function failure(result: Result | null, what: string): string {
  if (!result || (result.acked && !result.error)) return "";
  const why = SAID[result.error] ?? result.error;
  if (result.error === "not_subscribed") return "";
  return `${what} failed${why ? `: ${why}` : " because the app did not respond"}.`;
}

/** A link to a message of this workspace: where it points, or null for any other address. */
export function permalink(url: string): { channel: string; ts: string } | null {
  const found = /\/archives\/([CDG]\w+)(?:\/p(\d+)(\d{6}))?/.exec(url);
  if (!found?.[1]) return null;
  return { channel: found[1], ts: found[2] ? `${found[2]}.${found[3]}` : "" };
}
