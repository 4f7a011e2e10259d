// What stands in a channel for one person, and what of it is new to them.

import { useCallback, useEffect, useState } from "react";
import type { Block, Channel, Message, State } from "./types";

const KEY = "reportops.read";
type Marks = Record<string, string>;

const isReply = (message: Message) =>
  Boolean(message.thread_ts) && message.thread_ts !== message.ts && message.subtype !== "thread_broadcast";
const byTime = (one: Message, other: Message) => (one.ts < other.ts ? -1 : 1);

function own(state: State, channel: string): Message[] {
  return state.ephemerals
    .filter((message) => message.channel === channel)
    .map((message) => ({ ...message, ephemeral: true }));
}

/** The channel itself, oldest first, with what only this person sees. */
export function inChannel(state: State, channel: Channel): Message[] {
  return [...channel.messages, ...own(state, channel.id)].filter((one) => !isReply(one)).sort(byTime);
}

/** Whether a button or menu of this kind can be pressed there. */
export function pressable(blocks: Block[], action: string, value?: string): boolean {
  return blocks.some(
    (block) =>
      (block.elements ?? []).some(
        (one) => one.action_id === action && (value === undefined || one.value === value),
      ) || pressable(block.child_blocks ?? [], action, value),
  );
}

/** A message and its replies, oldest first. */
export function inThread(state: State, channel: Channel, ts: string): Message[] {
  const parent = channel.messages.filter((one) => one.ts === ts);
  const replies = [...channel.messages, ...own(state, channel.id)].filter(
    (one) => one.thread_ts === ts && one.ts !== ts,
  );
  return [...parent, ...replies.sort(byTime)];
}

/** Who may look at a channel: guests and people from outside only where they were let in. */
export function visible(state: State, as: string): Channel[] {
  const free = state.roles[as] === "operator" || state.roles[as] === "colleague";
  return state.channels.filter(
    (one) => !one.is_im && (one.members.includes(as) || (free && !one.is_private)),
  );
}

/** The direct messages with the app, there from the beginning even where nothing was said. */
export function direct(state: State, as: string): Channel {
  const known = state.channels.find((one) => one.is_im && one.user === as);
  return known ?? { id: `D${as.slice(1)}`, is_im: true, user: as, members: [as, state.team.bot_user], messages: [] };
}

function stored(): Marks {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Marks;
}

/** Up to where each person has read each channel. */
export function useMarks() {
  const [marks, setMarks] = useState<Marks>(stored);
  useEffect(() => sessionStorage.setItem(KEY, JSON.stringify(marks)), [marks]);
  const read = useCallback(
    (as: string, channel: string) => marks[`${as} ${channel}`] ?? "",
    [marks],
  );
  const mark = useCallback((as: string, channel: string, ts: string) => {
    setMarks((held) => ((held[`${as} ${channel}`] ?? "") < ts ? { ...held, [`${as} ${channel}`]: ts } : held));
  }, []);
  return { read, mark };
}

/** How many messages of others are newer than what was read. */
export function unread(state: State, channel: Channel, { as, since }: { as: string; since: string }): number {
  return inChannel(state, channel).filter((one) => one.user !== as && one.ts > since).length;
}
